import assert from 'node:assert/strict'
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
import { leaksIn, leaksInDatabase, leaksInFolder } from './secret-scan.js'

/**
 * A Keap, an empty database, an empty folder, and the two programs between them. When it ends, everything that the programs
 * have written, to outputs, files and tables, is searched for every secret there ever was; one that shows fails the test.
 */
export type World = AsyncDisposable & {
  keap: KeapHandle
  client: pg.Client
  cwd: string
  /** Settings of both programs; a test may change them. */
  env: Record<string, string>
  /** Keeps what a program has written, for that search; whoever starts one with the world as its options has it done. */
  record(what: string, text: string): void
  /** Writes a config file, which may hold secrets. */
  writeConfig(name: string, config: Record<string, unknown>): Promise<void>
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
    TAP_KEAP_AUTHORIZE_URL: `${keap.url}/app/oauth/authorize`,
    DATABASE_URL: database.url,
    // Every run of a test reads what it selects.
    TAP_KEAP_REFRESH_HOURS: '0',
  }
  const outputs: { what: string; text: string }[] = []
  const record = (what: string, text: string) => void outputs.push({ what, text })
  const around = { env, cwd, record }
  const configs = new Set(['.env'])
  const holdsSecrets = (file: string) => configs.has(file) || file.endsWith('.tokens.json')

  async function assertNoSecretShows(): Promise<void> {
    const secrets = new Set([...keap.tokens.secrets, ...passwordsOf(database.url), basicOf(keap)])
    const leaks = [
      ...outputs.flatMap(({ what, text }) => leaksIn(what, text, secrets)),
      ...(await leaksInFolder(cwd, secrets, holdsSecrets)),
      ...(await leaksInDatabase(database.client, secrets)),
    ]
    assert.deepEqual(leaks, [], 'a secret shows')
  }

  return {
    keap,
    client: database.client,
    ...around,
    async writeConfig(name, config) {
      configs.add(name)
      await writeFile(path.join(cwd, name), JSON.stringify(config, null, 2))
    },
    async pipeline(tapArgs = []) {
      const { stdout } = await runTargetPostgres({ targetArgs: ['state'], ...around })
      await writeFile(path.join(cwd, 'state.json'), stdout)
      return runPipeline({ tapArgs: ['--state', 'state.json', ...tapArgs], ...around })
    },
    tap: (tapArgs = []) => runTapKeap({ tapArgs, ...around }),
    target: (targetArgs) => runTargetPostgres({ targetArgs, ...around }),
    async [Symbol.asyncDispose]() {
      await keap.close()
      try {
        await assertNoSecretShows()
      } finally {
        await database[Symbol.asyncDispose]()
        await rm(cwd, { recursive: true, force: true })
      }
    },
  }
}

/** The one that the embedded server has made up. A server of one's own may have a word as its password, which is found anywhere. */
function passwordsOf(url: string): string[] {
  return [new URL(url).password].filter((password) => password.length >= 12)
}

/** How the app's credential goes over the wire. */
function basicOf({ credentials: { clientId, clientSecret } }: KeapHandle): string {
  return Buffer.from(`${clientId}:${clientSecret}`).toString('base64')
}
