import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import {
  type KeapHandle,
  type PipelineResult,
  runPipeline,
  runTapKeap,
  runTargetPostgres,
  type StartOptions,
  startKeap,
} from '@keap-postgres/sandbox'
import type pg from 'pg'
import { createDatabase } from './database.js'

/** A Keap, an empty database, an empty folder, and the two programs between them. */
export type World = AsyncDisposable & {
  keap: KeapHandle
  client: pg.Client
  cwd: string
  /** Settings of both programs; a test may change them. */
  env: Record<string, string>
  /** `tap-keap … | target-postgres`, from the state that the database holds. */
  pipeline(tapArgs?: readonly string[]): Promise<PipelineResult>
  tap(tapArgs?: readonly string[]): ReturnType<typeof runTapKeap>
  target(targetArgs: readonly string[]): ReturnType<typeof runTargetPostgres>
}

/** Calls are paced by what the sandbox says Keap allows; a test hasn't the time for 25 a second, or 1,500 a minute. */
const unhurried = { perSecond: 1000, perMinute: 100_000, tenantPerMinute: 100_000 }

export async function createWorld(options: StartOptions = {}): Promise<World> {
  const database = await createDatabase()
  const keap = await startKeap({ ...options, limits: { ...unhurried, ...options.limits } })
  const cwd = await mkdtemp(path.join(tmpdir(), 'keap-pipeline-'))
  const env: Record<string, string> = {
    PATH: process.env.PATH ?? '',
    TAP_KEAP_API_KEY: keap.credentials.apiKey,
    TAP_KEAP_BASE_URL: `${keap.url}/crm/rest`,
    TAP_KEAP_TOKEN_URL: `${keap.url}/token`,
    DATABASE_URL: database.url,
    // Every run of a test reads what it selects.
    TAP_KEAP_REFRESH_HOURS: '0',
  }
  return {
    keap,
    client: database.client,
    cwd,
    env,
    async pipeline(tapArgs = []) {
      const { stdout } = await runTargetPostgres({ targetArgs: ['state'], env, cwd })
      await writeFile(path.join(cwd, 'state.json'), stdout)
      return runPipeline({ tapArgs: ['--state', 'state.json', ...tapArgs], env, cwd })
    },
    tap: (tapArgs = []) => runTapKeap({ tapArgs, env, cwd }),
    target: (targetArgs) => runTargetPostgres({ targetArgs, env, cwd }),
    async [Symbol.asyncDispose]() {
      await keap.close()
      await database[Symbol.asyncDispose]()
      await rm(cwd, { recursive: true, force: true })
    },
  }
}
