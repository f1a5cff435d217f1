import type { JsonText, Log } from '@keap-postgres/protocol'
import type { Bookmarks, ReadWindow, Timing } from './bookmarks.js'
import { type BoundList, boundLists } from './contexts.js'
import { storeFiles } from './files/store-files.js'
import { hiddenLists } from './hidden-lists.js'
import type { KeapClient } from './keap/client.js'
import { NotAvailableError, RequestError } from './keap/errors.js'
import { type BaseUrls, openList, windowFilter } from './lists.js'
import type { Activation, Batch, Output, PageEntry } from './output.js'
import { digitsAt, itemOf, stringAt, textAt } from './pointer.js'
import type { Context } from './project.js'
import { type RecordMaker, recordMaker } from './records.js'
import type { Selected } from './select.js'
import type { Stream } from './stream.js'
import { streams } from './streams.js'
import type { Page, Step } from './walks/list.js'
import { walk } from './walks/walk.js'

/** What all streams of a run share. */
export type Run = {
  client: KeapClient
  baseUrls: BaseUrls
  bookmarks: Bookmarks
  output: Output
  log: Log
  timing: Timing
  /** In a first run, nothing older is read where Keap can filter; epoch milliseconds. */
  startDateMs: number | undefined
  now: () => number
  /** Whether complete scans ask for the files of each contact. */
  filesByContact: 'auto' | 'always' | 'never'
  /** Where files go that are downloaded. */
  filesDir: string
  /** Aborted when the run is to end: the page that has come is written out, no other is waited for. */
  stop: AbortSignal
}

/** One list, and the streams that are made of it: its own, and those nested in its records. */
export type Reading = {
  stream: Stream
  /** What is written; empty when only the ids are wanted. */
  selected: readonly Selected[]
  /** Where the ids are that other streams need of this list's items. */
  idsAt?: string | undefined
  /** The values that `stream.parent` binds, a list each. */
  parentIds?: readonly string[] | undefined
  /** All ids of the stream that `stream.hides` names, on demand. */
  hiddenIds?: (() => Promise<readonly string[]>) | undefined
}

export type ReadResult = {
  rows: number
  calls: number
  /** The list's ids, when they were wanted and all of it was read from its beginning. */
  ids: string[] | undefined
}

/** A reading under way: its window, and what its lists have shown so far. */
type Pass = Reading & {
  names: readonly string[]
  window: ReadWindow
  makers: readonly RecordMaker[]
  /** A position can be gone on from only where the stream is one list: in a fan-out it says nothing without its parent. */
  isOneList: boolean
  pages: number
  result: ReadResult
  /** No list was left out. */
  isComplete: boolean
  /** No list could shift while it was read. */
  isSure: boolean
  gone: number
  /** A list that may hide some items has shown one of them. */
  hasShown: boolean
}

/**
 * Reads a list to the end of its window and writes the records of every stream made of it, page by page, each page followed
 * by the state that covers it. The bookmarks move only after the last page.
 *
 * @throws {RequestError} when the list can't be read to its end; what was written stays covered by the last state
 */
export async function readList(run: Run, reading: Reading): Promise<ReadResult> {
  const { bookmarks, output, log } = run
  const { stream, selected, parentIds } = reading
  const names = selected.map(({ name }) => name)
  const column = selected.some(({ fullTable }) => fullTable) ? undefined : stream.changes?.column
  const window = readWindow(run, names, column)
  const makers = selected.map(recordMaker)
  for (const one of selected) await output.schema(one)

  const lists = boundLists(stream, parentIds)
  const ids = reading.idsAt !== undefined && isWhole(window) ? [] : undefined
  const pass: Pass = {
    ...reading,
    ...{ names, window, makers, isOneList: lists.length === 1, result: { rows: 0, calls: 0, ids } },
    ...{ pages: 0, isComplete: true, isSure: true, gone: 0, hasShown: false },
  }
  for (const list of lists) await readBoundList(run, pass, list)
  // When all are gone, it isn't the parents that are missing.
  if (pass.gone > 0 && pass.gone === lists.length) pass.isComplete = false
  for (const list of await listsLeftOut(run, pass)) await readBoundList(run, pass, list)
  for (const maker of makers) maker.report(log)
  const { isComplete, isSure, pages, result } = pass
  const activations = window.sinceMs === undefined && isComplete ? activationsOf(names, window, bookmarks, isSure) : []
  await output.end(activations, () => bookmarks.windowRead(names, column, window, { isComplete, calls: pages }))
  return result
}

async function readBoundList(run: Run, pass: Pass, { path, filter, context }: BoundList): Promise<void> {
  const { bookmarks, output, log } = run
  const { stream, selected, names, window, makers, result, idsAt } = pass
  const list = openList({ ...run, stream, path, filter: [...filter, ...windowFilter(stream, window)] })
  const whenGone = (error: NotAvailableError) => {
    log.warn(`skipped one list: ${error.message}`)
    pass.gone++
    // With its parent a list is truly gone; one that is closed to us may well hold rows.
    if (error.status !== 404 || !stream.parent) pass.isComplete = false
  }
  let pagesOfList = 0
  for await (const { page, items, position } of unlessGone(walk(list, stream, window), stream, whenGone)) {
    pass.pages++
    if (++pagesOfList > 1 && stream.scan.kind !== 'keyset') pass.isSure = false
    if (page.nextToken !== undefined && isUnpaged(stream)) {
      log.warn(`${path} has more pages, and Keap documents no way to ask for them: only the first is read`)
      pass.isComplete = false
    }
    for (const item of items) result.ids?.push(idAt(item, idsAt ?? ''))
    pass.hasShown ||= stream.hides !== undefined && items.some((item) => has(item, stream.hides?.shows ?? ''))
    const batches: Batch[] = []
    for (const [at, maker] of makers.entries()) {
      const known = await inContext(run, selected[at], items, context)
      result.calls += known.calls
      batches.push({ ...maker.batch(known.items), version: bookmarks.versionOf(names[at] ?? '', window) })
    }
    const mark = () => pass.isOneList && bookmarks.pageRead(names, window, position)
    await output.page(batches, pageEntry(names[0] ?? stream.records, page), mark)
    result.rows += items.length
    result.calls += page.answer.attempts
    run.stop.throwIfAborted()
  }
}

/** Of a complete scan: the lists that hold what Keap may have left out of it. */
async function listsLeftOut(run: Run, pass: Pass): Promise<BoundList[]> {
  const { stream, window, hiddenIds, hasShown, result } = pass
  if (stream.hides === undefined || hiddenIds === undefined || !isWhole(window)) return []
  if (hasShown && run.filesByContact !== 'always') return []
  const { lists, calls } = await hiddenLists(stream, stream.hides, {
    ...run,
    byParent: run.filesByContact,
    parentIds: hiddenIds,
  })
  pass.isOneList = false
  result.calls += calls
  return lists
}

/** A page's items with what is known beside them; of files, also where their bytes lie now. */
async function inContext(run: Run, one: Selected | undefined, items: readonly JsonText[], context: Context) {
  if (one === undefined || !streams[one.name].storesFiles) {
    return { items: items.map((item) => ({ item, context })), calls: 0 }
  }
  const { client, baseUrls, filesDir, log } = run
  const { contexts, calls } = await storeFiles({ client, baseUrl: baseUrls.v2, filesDir, log }, items)
  return { items: items.map((item, at) => ({ item, context: { ...context, ...contexts[at] } })), calls }
}

/**
 * What a complete scan says about rows it didn't hold. A list that can shift while it is read may hide a row from one scan:
 * there only what the scan before has missed too is gone.
 */
function activationsOf(
  names: readonly string[],
  window: ReadWindow,
  bookmarks: Bookmarks,
  isSure: boolean,
): Activation[] {
  return names.flatMap((stream) => {
    const version = isSure ? window.untilMs : bookmarks.lastScan(stream)
    return version === undefined ? [] : [{ stream, version }]
  })
}

function pageEntry(stream: string, { items, path, query, answer, requestedMs }: Page): PageEntry {
  const { bytes, ms, attempts } = answer
  return {
    stream,
    path,
    query,
    rows: items.length,
    bytes,
    ms,
    attempts,
    requested_at: new Date(requestedMs).toISOString(),
  }
}

function idAt(item: JsonText, pointer: string): string {
  const id = digitsAt(item, pointer) ?? stringAt(item, pointer)
  if (id === undefined) throw new RequestError(`an item without ${pointer}: ${item.slice(0, 80)}`)
  return id
}

function has(item: JsonText, pointer: string): boolean {
  const found = textAt(itemOf(item), pointer)
  return found !== undefined && found !== 'null' && found !== '""'
}

function readWindow(run: Run, names: readonly string[], column: string | undefined): ReadWindow {
  const window = run.bookmarks.window(names, column, run.timing)
  if (column === undefined || run.startDateMs === undefined || window.sinceMs !== undefined) return window
  return { ...window, sinceMs: run.startDateMs }
}

function isWhole(window: ReadWindow): boolean {
  return window.sinceMs === undefined && window.from.after === undefined && window.from.offset === undefined
}

function isUnpaged({ scan }: Stream): boolean {
  return scan.kind === 'token' && !scan.paged
}

/**
 * One of many lists may be gone: a parent deleted since it was listed, a part of Keap that this account hasn't. The others
 * are read all the same; a list that stands alone fails.
 */
async function* unlessGone(
  steps: AsyncGenerator<Step>,
  stream: Stream,
  whenGone: (error: NotAvailableError) => void,
): AsyncGenerator<Step> {
  try {
    yield* steps
  } catch (error) {
    const isOneOfMany = stream.parent !== undefined || stream.each !== undefined
    if (!(error instanceof NotAvailableError) || error.status === 401 || !isOneOfMany) throw error
    whenGone(error)
  }
}
