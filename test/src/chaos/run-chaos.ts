import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type Random, randomFrom, type Sizes, startKeap } from '@keap-postgres/sandbox'
import type { StreamName } from 'tap-keap'
import { work } from './account.js'
import { type Attempt, attempt, type World } from './attempt.js'
import { agePartFiles, compareFiles } from './compare-files.js'
import { compareTable } from './compare-tables.js'
import { randomFault } from './faults.js'
import { Rereads } from './rereads.js'
import { type Server, withClient } from './server.js'
import { describe, type Strike } from './strikes.js'

/** One stream of each kind: by keyset, by token, newest first, by offset, a fan-out, a nested one, and the file box. */
const chaosStreams = [
  'tags',
  'contacts',
  'email_addresses',
  'contact_tags',
  'opportunities',
  'appointments',
  'orders',
  'order_items',
  'files',
  'file_data',
] as const satisfies readonly StreamName[]

export type ChaosOptions = {
  seed: number
  server: Server
  /** The next death, or undefined when there were enough */
  nextStrike(random: Random, kills: number): Strike | undefined
  log(line: string): void
}

export type ChaosResult = {
  kills: number
  /** Named places that no attempt came by. A moment that finds nobody to kill is followed by another. */
  missed: Strike[]
  /** What programs said that ended with exit code 1. */
  bugs: string[]
  attempts: number
  /** Rows compared. */
  rows: number
  /** Rows that Keap has and the tables don't, or not as they are there; and files that aren't what their row says. */
  lost: number
  /** Rows that the tables have twice, or that Keap hasn't, and that aren't marked as deleted. */
  doubled: number
  rereadPages: number
  /** The most pages that one death made one stream read again. */
  mostRereads: number
  /** Runs that nobody closed, and half files that nobody cleared away. */
  left: string[]
}

/** Small, and yet most lists have more than one page. */
const sizes: Partial<Sizes> = {
  contacts: 1200,
  tags: 6,
  opportunities: 1050,
  appointments: 1050,
  orders: 1050,
  files: 4,
}

/** About how many an undisturbed run makes. */
export const REQUESTS = 17

/** A death that doesn't come about in so many attempts is given up: its place isn't passed that often. */
const PATIENCE = { moment: 2, boundary: 4 } as const

/** Kills a pipeline over and over, gives the same command again each time, and compares at the end. */
export async function runChaos({ seed, server, nextStrike, log }: ChaosOptions): Promise<ChaosResult> {
  const random = randomFrom(seed, 'chaos')
  await using keap = await startKeap({ seed, sizes, limits: { perSecond: 1000, perMinute: 1e6, tenantPerMinute: 1e6 } })
  const cwd = await mkdtemp(path.join(tmpdir(), 'keap-chaos-'))
  const world: World = { keap, server, cwd, env: environment(keap, server) }
  const rereads = new Rereads()
  let kills = 0
  let attempts = 0
  let waiting = 0
  const missed: Strike[] = []
  const bugs: string[] = []
  const go = async (strike: Strike | undefined) => {
    attempts++
    world.env.TARGET_POSTGRES_BATCH_SIZE_ROWS = String(random.pick([100, 500, 2000]))
    world.env.TARGET_POSTGRES_RECONNECT_SECONDS = String(random.pick([0, 60]))
    const first = keap.requests.entries.length
    // The truth stands still for the last runs, which are to reach it.
    const changes = random.chance(0.3) && strike !== undefined
    const done = await attempt(world, strike, () => changes && work(keap.account, random))
    const asked = keap.requests.entries.slice(first)
    await withClient(server.url, (client) => rereads.count(client, done.before, asked))
    signInAgain(world, done)
    log(
      `${attempts}. ${strike ? describe(strike) : 'undisturbed'}: ${outcome(done)}, ${asked.length} requests, ${done.seconds.toFixed(1)} s`,
    )
    // A death is no bug of the one who lives, whatever he was doing.
    for (const { exitCode, stderr } of [done.tap, done.target]) {
      if (exitCode !== 1) continue
      bugs.push(stderr)
      log(`a bug: ${stderr}`)
    }
    return done
  }

  for (let strike = nextStrike(random, kills); strike !== undefined; ) {
    keap.faults.length = 0
    if (random.chance(0.3)) keap.faults.push(randomFault(random, REQUESTS))
    if (random.chance(0.2) || isOfTokens(strike)) keap.tokens.expireAccessTokens()
    const { isKilled, tap, target } = await go(strike)
    if (tap.exitCode === 0 && target.exitCode === 0) work(keap.account, random)
    if (isKilled) kills++
    else if (++waiting < PATIENCE[strike.kind]) continue
    else if (strike.kind === 'boundary') missed.push(strike)
    waiting = 0
    strike = nextStrike(random, kills)
  }

  keap.faults.length = 0
  const filesDir = path.join(cwd, 'keap-data', 'files')
  await agePartFiles(filesDir)
  // What a list that can shift didn't hold is marked only when two scans have missed it.
  Object.assign(world.env, { TAP_KEAP_FULL_SCAN_DAYS: '0', TAP_KEAP_REFRESH_HOURS: '0' })
  for (let run = 0; run < 3; run++) {
    let done = await go(undefined)
    // The last death may have been one of the sign-in; now it is a new one.
    if (isSignInLost(done)) done = await go(undefined)
    const { tap, target } = done
    if (tap.exitCode !== 0 || target.exitCode !== 0)
      throw new Error(`left alone, it fails: ${tap.stderr}${target.stderr}`)
  }
  const compared = await withClient(server.url, async (client) => {
    const tables = { rows: 0, lost: 0, doubled: 0 }
    for (const name of chaosStreams) {
      const one = await compareTable(client, keap.account, name)
      log(`${name}: ${one.rows} rows, ${one.lost} lost, ${one.doubled} doubled, content ${one.content}`)
      tables.rows += one.rows
      tables.lost += one.lost
      tables.doubled += one.doubled
    }
    const { wrong, halves } = await compareFiles(client, filesDir)
    const { rows } = await client.query<{ run_id: string }>(
      `select run_id from keap_meta.runs where status = 'running'`,
    )
    return {
      ...tables,
      lost: tables.lost + wrong.length,
      left: [...halves, ...rows.map(({ run_id }) => `run ${run_id}`)],
    }
  })
  await rm(cwd, { recursive: true, force: true })
  return { kills, missed, bugs, attempts, ...compared, rereadPages: rereads.total, mostRereads: rereads.most }
}

function environment(keap: World['keap'], server: Server): World['env'] {
  const { clientId, clientSecret, refreshToken } = keap.credentials
  return {
    PATH: process.env.PATH ?? '',
    DATABASE_URL: server.url,
    TAP_KEAP_BASE_URL: `${keap.url}/crm/rest`,
    TAP_KEAP_TOKEN_URL: `${keap.url}/token`,
    TAP_KEAP_CLIENT_ID: clientId,
    TAP_KEAP_CLIENT_SECRET: clientSecret,
    TAP_KEAP_REFRESH_TOKEN: refreshToken,
    TAP_KEAP_STREAMS: chaosStreams.join(','),
    TAP_KEAP_DOWNLOAD_FILES: 'true',
    TAP_KEAP_MAX_ATTEMPTS: '2',
    TAP_KEAP_TIMEOUT_SECONDS: '1',
    TAP_KEAP_REFRESH_HOURS: '0',
  }
}

/** Killed between Keap's answer and the token store: the old token is dead, nobody has the new one. Here as with Keap. */
function signInAgain({ keap, env }: World, done: Attempt): void {
  if (isSignInLost(done)) env.TAP_KEAP_REFRESH_TOKEN = keap.tokens.issue().refreshToken
}

function isSignInLost({ tap }: Attempt): boolean {
  return /refuses to renew the sign-in/.test(tap.stderr)
}

function isOfTokens(strike: Strike): boolean {
  return strike.kind === 'boundary' && /token/.test(strike.name)
}

function outcome({ isKilled, tap, target }: Attempt): string {
  const code = (exitCode: number | null) => exitCode ?? 'killed'
  return `${isKilled ? 'struck' : 'ended before'}, tap ${code(tap.exitCode)}, target ${code(target.exitCode)}`
}
