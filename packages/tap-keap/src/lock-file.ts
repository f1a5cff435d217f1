import { randomUUID } from 'node:crypto'
import { closeSync, openSync, readFileSync, statSync, unlinkSync, writeSync } from 'node:fs'
import { readFile, readlink, utimes } from 'node:fs/promises'
import { hostname } from 'node:os'
import { kill, pid } from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'

export type LockOptions = {
  /** Ends the waiting. */
  signal?: AbortSignal | undefined
  /** A lock whose holder can't be asked whether it lives counts as left behind when it wasn't renewed for so long. */
  staleMs?: number
}

/** What a lock file says: whose it is. */
type Owner = { machine: string; pid: number; token: string }

/** A lock file as it was seen; `mtimeMs` moves while its holder lives. */
type Seen = { text: string; mtimeMs: number }

const RENEW_MS = 2_000
const STALE_MS = 15_000
/** A lock file that says nothing: its holder died between making and writing it. */
const UNWRITTEN_MS = 1_000
const LOOK_AGAIN_MS = 50

/** Asked for once: it doesn't change while this process lives. */
let here: Promise<string> | undefined

/**
 * Runs `act` while no other process holds the lock file. A holder that dies lets go: on this machine at once, since the
 * system knows which processes live; elsewhere (a network drive, another container) once it hasn't renewed the file for a
 * while, by the watch of the one who waits.
 *
 * @throws what the file system says, when the file can't be made; `signal`'s reason, when it ends the waiting
 */
export async function withLockFile<T>(file: string, act: () => Promise<T>, options: LockOptions = {}): Promise<T> {
  const release = await acquire(file, options)
  try {
    return await act()
  } finally {
    release()
  }
}

async function acquire(file: string, options: LockOptions): Promise<() => void> {
  const { signal, staleMs = STALE_MS } = options
  here ??= thisMachine()
  const machine = await here
  const own = JSON.stringify({ machine, pid, token: randomUUID() } satisfies Owner)
  const isStale = staleness(staleMs)
  while (!create(file, own)) {
    const seen = look(file)
    if (seen === undefined) continue
    if (isStale(seen) || isLeftByTheDead(seen, machine)) await clear(file, seen, options)
    else await sleep(LOOK_AGAIN_MS * (0.5 + Math.random()), undefined, { ...(signal && { signal }) })
  }
  const renewing = setInterval(() => void utimes(file, new Date(), new Date()).catch(() => {}), RENEW_MS)
  renewing.unref()
  return () => {
    clearInterval(renewing)
    // It isn't ours any more when this process was stopped for so long that it seemed dead.
    if (look(file)?.text === own) remove(file)
  }
}

/**
 * Takes away what a holder left behind. Two that find it at once must not both do so, or the second would take away the lock
 * of the first: whoever clears holds a lock on clearing, and looks again. That lock too may be left behind, and is cleared in
 * the same way.
 */
async function clear(file: string, seen: Seen, options: LockOptions): Promise<void> {
  await withLockFile(
    `${file}.clearing`,
    async () => {
      const now = look(file)
      if (now?.text === seen.text && now.mtimeMs === seen.mtimeMs) remove(file)
    },
    options,
  )
}

/**
 * Made by one process alone, whoever else tries at the same moment. In one go, so that there is no time to speak of in which
 * it is there and doesn't say whose it is.
 */
function create(file: string, text: string): boolean {
  let isOurs = false
  try {
    const descriptor = openSync(file, 'wx', 0o600)
    isOurs = true
    try {
      writeSync(descriptor, text)
    } finally {
      closeSync(descriptor)
    }
    return true
  } catch (error) {
    if (isOurs) unlinkSync(file)
    if (!isOurs && (error as NodeJS.ErrnoException).code === 'EEXIST') return false
    throw error
  }
}

/** At once, as all that is done to the file: it takes less time than to hand it to another thread. */
function look(file: string): Seen | undefined {
  try {
    const { mtimeMs } = statSync(file)
    return { text: readFileSync(file, 'utf8'), mtimeMs }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

function remove(file: string): void {
  try {
    unlinkSync(file)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
}

/** By the time that passes here: the clocks of two machines, or of a file server, needn't agree. */
function staleness(staleMs: number): (seen: Seen) => boolean {
  let last: Seen | undefined
  let since = 0
  return (seen) => {
    if (last?.text !== seen.text || last.mtimeMs !== seen.mtimeMs) {
      last = seen
      since = performance.now()
    }
    return performance.now() - since >= (seen.text === '' ? Math.min(UNWRITTEN_MS, staleMs) : staleMs)
  }
}

function isLeftByTheDead({ text }: Seen, machine: string): boolean {
  const owner = readOwner(text)
  return owner !== undefined && owner.machine === machine && !isAlive(owner.pid)
}

/** Undefined when the file isn't written yet. */
function readOwner(text: string): Owner | undefined {
  try {
    return JSON.parse(text) as Owner
  } catch {
    return undefined
  }
}

function isAlive(processId: number): boolean {
  try {
    // Signal 0 reaches nobody: it only asks.
    return kill(processId, 0)
  } catch (error) {
    // It is there, but another user's.
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/**
 * Where a process id means the same process: this boot of this kernel, and on Linux this namespace of ids, since containers
 * that share a folder, or even a host name, don't share those.
 */
async function thisMachine(): Promise<string> {
  const [boot, namespace] = await Promise.all([
    readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => ''),
    readlink('/proc/self/ns/pid').catch(() => ''),
  ])
  return `${hostname()} ${boot.trim()} ${namespace}`.trim()
}
