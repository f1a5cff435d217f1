import { Bookmark, ConfigError, type JsonText, State } from '@keap-postgres/protocol'
import { z } from 'zod'
import type { Position } from './walks/list.js'

/**
 * A window that was left before its end. `after`, `offset` or `token`: behind which record, at which place, with which page to
 * go on. Of many lists, `list` is the key of the one that was being read, and `done` says that it had ended. `noted`: what the
 * lists so far have shown that the end of the window depends on.
 */
const Resume = z.object({
  since: z.string().optional(),
  until: z.string(),
  after: z.string().optional(),
  offset: z.number().optional(),
  token: z.string().optional(),
  list: z.string().optional(),
  done: z.boolean().optional(),
  noted: z.array(z.string()).optional(),
})
type Resume = z.infer<typeof Resume>

/** When a stream was last read to its end, and in how many calls. */
const LastRead = z.object({ at: z.string(), calls: z.int() })

/** `scan`: the version of the last complete scan, which is its start in epoch milliseconds. */
const StreamBookmark = Bookmark.extend({
  resume: Resume.optional(),
  scan: z.int().optional(),
  read: LastRead.optional(),
})
type StreamBookmark = z.infer<typeof StreamBookmark>

/** How far a window has been read: within one list, or in which one of many. */
export type Progress = Position & {
  list?: string | undefined
  done?: boolean | undefined
  noted?: readonly string[] | undefined
}

/** The stretch of time that a run reads of a stream: `[since, until)`, epoch milliseconds. Without `since`: a scan of everything. */
export type ReadWindow = { sinceMs: number | undefined; untilMs: number; from: Progress }

/** What decides about a window, in milliseconds. */
export type Timing = {
  /** The start of the run, by Keap's clock. */
  startMs: number
  overlapMs: number
  /** A stream is scanned completely when its last scan is this old; undefined: never again. */
  scanEveryMs: number | undefined
  /** What can only be read whole, and takes more than a call or two, is left alone until its last reading is this old. */
  refreshMs: number
}

/** Up to this many calls a stream is read in every run, come what may. */
const CHEAP_CALLS = 2

/**
 * How far each stream has come. The value of a bookmark is the start of the run that read the window to its end, by Keap's
 * clock: what changed during that run is in the next one's window.
 */
export class Bookmarks {
  readonly #state: State
  readonly #streams: Map<string, StreamBookmark>

  /** @throws {ConfigError} when `state` is something else than this tap's state */
  constructor(state: unknown) {
    const parsed = State.safeParse(state)
    if (!parsed.success || (isObject(state) && ('type' in state || 'singer_state' in state))) {
      throw new ConfigError(notAState(state))
    }
    this.#state = parsed.data
    this.#streams = new Map(
      Object.entries(parsed.data.bookmarks).map(([stream, bookmark]) => [stream, checked(stream, bookmark)]),
    )
  }

  /**
   * The window to read for streams that are read together: from the oldest of their bookmarks less the overlap, or
   * everything when one has none or is due for a scan. A window that a former run left is gone on with when they all stand
   * at the same place.
   *
   * @param column what the bookmarks are about; a bookmark about another column doesn't count
   */
  window(
    streams: readonly string[],
    column: string | undefined,
    { startMs, overlapMs, scanEveryMs }: Timing,
  ): ReadWindow {
    const bookmarks = streams.map((stream) => this.#streams.get(stream))
    const [resume, ...others] = bookmarks.map((bookmark) => bookmark?.resume)
    if (resume !== undefined && others.every((other) => JSON.stringify(other) === JSON.stringify(resume))) {
      const { since, until, ...from } = resume
      return { sinceMs: since === undefined ? undefined : Date.parse(since), untilMs: Date.parse(until), from }
    }
    const since = bookmarks.flatMap((bookmark) => {
      if (column === undefined || bookmark?.replication_key !== column) return []
      const isDue = scanEveryMs !== undefined && startMs - (bookmark.scan ?? 0) >= scanEveryMs
      return isDue ? [] : (bookmark.replication_key_value ?? [])
    })
    const isScan = since.length === 0 || since.length < bookmarks.length
    return { sinceMs: isScan ? undefined : Math.min(...since.map(Date.parse)) - overlapMs, untilMs: startMs, from: {} }
  }

  /** Until when streams that are read together are left alone, in epoch milliseconds; undefined when they are due. */
  freshUntil(streams: readonly string[], { startMs, refreshMs }: Timing): number | undefined {
    const until = streams.map((stream) => {
      const { read, resume } = this.#streams.get(stream) ?? {}
      const isCheap = read === undefined || read.calls <= CHEAP_CALLS
      return isCheap || resume !== undefined ? 0 : Date.parse(read.at) + refreshMs
    })
    const first = Math.min(...until)
    return first > startMs ? first : undefined
  }

  /** The version that records of this window carry: the scan's own, or that of the last complete one. */
  versionOf(stream: string, window: ReadWindow): number | undefined {
    return window.sinceMs === undefined ? window.untilMs : this.lastScan(stream)
  }

  /** The version of the last complete scan. */
  lastScan(stream: string): number | undefined {
    return this.#streams.get(stream)?.scan
  }

  /** A page of the window is out. Progress that nothing can be gone on from isn't kept. */
  pageRead(streams: readonly string[], window: ReadWindow, { noted, ...progress }: Progress): void {
    const from = Object.fromEntries(Object.entries(progress).filter(([, value]) => value !== undefined))
    if (Object.keys(from).length === 0) return
    const resume: Resume = {
      ...(window.sinceMs !== undefined && { since: new Date(window.sinceMs).toISOString() }),
      until: new Date(window.untilMs).toISOString(),
      ...from,
      ...(noted !== undefined && noted.length > 0 && { noted: [...noted] }),
    }
    for (const stream of streams) this.#streams.set(stream, { ...this.#streams.get(stream), resume })
  }

  /** The window was read to its end, in so many calls. @param isComplete whether no list was left out: else it comes again */
  windowRead(
    streams: readonly string[],
    column: string | undefined,
    window: ReadWindow,
    { isComplete, calls }: { isComplete: boolean; calls: number },
  ): void {
    const bookmark = column && {
      replication_key: column,
      replication_key_value: new Date(window.untilMs).toISOString(),
    }
    const isScan = window.sinceMs === undefined && isComplete
    const read = { at: new Date(window.untilMs).toISOString(), calls }
    for (const stream of streams) {
      const { resume, ...before } = this.#streams.get(stream) ?? {}
      const after = isComplete ? bookmark : before
      const scan = isScan ? window.untilMs : this.lastScan(stream)
      this.#streams.set(stream, { ...after, ...(scan !== undefined && { scan }), read })
    }
  }

  /** The state as it stands, for a STATE message. */
  toText(): JsonText {
    return JSON.stringify({ ...this.#state, bookmarks: Object.fromEntries(this.#streams) })
  }
}

function checked(stream: string, bookmark: Bookmark): StreamBookmark {
  const parsed = StreamBookmark.safeParse(bookmark)
  const { replication_key_value, resume, read } = parsed.data ?? {}
  const times = [replication_key_value, resume?.until, resume?.since, read?.at]
  if (parsed.success && times.every((time) => time === undefined || !Number.isNaN(Date.parse(time)))) return parsed.data
  throw new ConfigError(
    `The state's bookmark of ${stream} can't be used: ${JSON.stringify(bookmark).slice(0, 200)}. Wanted is ` +
      '{"replication_key": column, "replication_key_value": RFC 3339 time}. Give the last line that the target printed, ' +
      'or leave --state out to read everything.',
  )
}

function notAState(state: unknown): string {
  return (
    `The state can't be used: ${JSON.stringify(state)?.slice(0, 200)}. Wanted is the value of the last STATE message, ` +
    '{"bookmarks": {"contacts": {…}}}, as target-postgres prints it; leave --state out to read everything.'
  )
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}
