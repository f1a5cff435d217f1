import { setTimeout as sleep } from 'node:timers/promises'
import type { StartOptions } from '@keap-postgres/sandbox'
import { createWorld, type World } from './keap-pipeline.js'

/** A world whose programs have an app's credential, and nothing that anybody has signed in with. */
export async function createAppWorld(options: StartOptions = {}): Promise<World> {
  const world = await createWorld({ sizes: { contacts: 20, tags: 2 }, ...options })
  const { clientId, clientSecret } = world.keap.credentials
  delete world.env.TAP_KEAP_API_KEY
  world.env.TAP_KEAP_CLIENT_ID = clientId
  world.env.TAP_KEAP_CLIENT_SECRET = clientSecret
  return world
}

/** The same, with a refresh token that nobody has used yet in the environment. */
export async function createSignedInWorld(options: StartOptions = {}): Promise<World> {
  const world = await createAppWorld(options)
  world.env.TAP_KEAP_REFRESH_TOKEN = world.keap.credentials.refreshToken
  return world
}

/** Resolves when something has become so. */
export async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await sleep(5)
}
