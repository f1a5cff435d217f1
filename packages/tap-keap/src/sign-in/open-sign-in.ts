import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Log } from '@keap-postgres/protocol'
import type { Dispatcher } from 'undici'
import type { OAuthCredential, TapConfig } from '../config.js'
import type { OAuthOptions } from '../keap/auth.js'
import { nameOf, type TokenStore, type Tokens } from '../keap/tokens.js'
import { writeBack } from './config-file.js'
import { fileTokenStore } from './file-token-store.js'
import { postgresTokenStore } from './postgres-token-store.js'

/** What a sign-in touches besides its store. */
export type SignInSurroundings = {
  /** Relative paths of the config start here. */
  cwd: string
  log: Log
  /** What may never be shown; each token is added before it is used. */
  secrets: Set<string>
  /** The config file that the refresh token came from, which gets the newest one too. */
  configFile: string | undefined
  /** Ends the waiting for another process. */
  signal: AbortSignal
}

/** Everything that renewing a sign-in takes, as the config says; nothing is opened or asked for yet. */
export function openSignIn(
  { clientId, clientSecret, refreshToken }: OAuthCredential,
  config: TapConfig,
  { dispatcher, ...around }: SignInSurroundings & { dispatcher: Dispatcher },
): OAuthOptions {
  const { token_id: ownName, token_url: url } = config
  return {
    endpoint: { url, clientId, clientSecret, dispatcher, sleep: pause },
    refreshToken,
    ownName,
    store: openTokenStore(config, around),
    now: Date.now,
    conceal: (text) => around.secrets.add(text),
    renewed: (tokens) => updateConfig(tokens, (token) => nameOf(clientId, ownName, token), around),
  }
}

function openTokenStore(config: TapConfig, { cwd, signal }: SignInSurroundings): TokenStore {
  const { token_store: url, token_path: file, client_id = '', token_id = '' } = config
  if (url === undefined) return fileTokenStore(path.resolve(cwd, file), signal)
  return postgresTokenStore({ url, lockName: `${client_id} ${token_id}`.trim(), signal, sleep: pause })
}

/** A copy for those who keep the config and lose the rest; the store has the tokens already, so its failure is no harm. */
async function updateConfig(
  { names, refresh_token }: Tokens,
  nameOfToken: (token: string) => string,
  { configFile, log }: SignInSurroundings,
): Promise<void> {
  if (configFile === undefined) return
  try {
    await writeBack(configFile, refresh_token, (token) => names.includes(nameOfToken(token)))
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    log.debug(`The new refresh token wasn't written back to ${configFile} (${reason}); the token store has it.`)
  }
}

async function pause(ms: number): Promise<void> {
  await sleep(ms)
}
