import type { JsonText } from '@keap-postgres/protocol'
import type { Bookmarks, ReadWindow } from './bookmarks.js'
import { isPaged } from './calls.js'
import { type BoundList, boundLists, listsLeft } from './contexts.js'
import { storeFiles } from './files/store-files.js'
import { hiddenLists } from './hidden-lists.js'
import { NotAvailableError, RequestError } from './keap/errors.js'
import { openList, windowFilter } from './lists.js'
import type { Activation, Batch } from './output.js'
import { pageEntry } from './page-entry.js'
import { digitsAt, has, stringAt } from './pointer.js'
import type { Context } from './project.js'
import { isWhole, windowOf } from './reading-window.js'
import { type RecordMaker, recordMaker } from './records.js'
import type { Run } from './run.js'
import type { Selected } from './select.js'
import type { Stream } from './stream.js'
import { streams } from './streams.js'
import { unlessGone } from './walks/unless-gone.js'
import { walk } from './walks/walk.js'

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

/** When Keap fails for so many parents one after the other, it isn't about them. */
const MOST_FAILING = 5

/**
 * What a window's lists have shown that its end depends on, kept in the state with the position: `gap`: a list was left out,
 * so the scan isn't complete; `shift`: a list could shift while it was read, so the scan isn't sure; `shown`: a list that may
 * hide some items has shown one of them.
 */
type Noted = 'gap' | 'shift' | 'shown'

/** A reading under way. */
type Pass = Reading & {
  names: readonly string[]
  window: ReadWindow
  makers: readonly RecordMaker[]
  noted: Set<Noted>
  pages: number
  gone: RequestError[]
  /** Lists in a row that Keap had only errors for. */
  failing: number
  result: ReadResult
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
  const { window, column } = windowOf(run, stream, selected)
  const makers = selected.map(recordMaker)
  for (const one of selected) await output.schema(one)

  const isFromStart = Object.keys(window.from).length === 0
  const ids = reading.idsAt !== undefined && isWhole(window) ? [] : undefined
  const noted = new Set(window.from.noted as Noted[] | undefined)
  // Between two runs, too, a list can shift.
  if (!isFromStart && stream.scan.kind !== 'keyset') noted.add('shift')
  const pass: Pass = {
    ...reading,
    names,
    window,
    makers,
    noted,
    pages: 0,
    gone: [],
    failing: 0,
    result: { rows: 0, calls: 0, ids },
  }
  const lists = listsLeft(boundLists(stream, parentIds), window.from)
  for (const list of lists) await readBoundList(run, pass, list, lists.length)
  // When all are gone, it isn't their parents that are missing. Nothing was read, and an error isn't an empty list.
  const [refused] = pass.gone.length === lists.length ? pass.gone : []
  if (refused && isFromStart) throw refused
  if (refused) noted.add('gap')
  const leftOut = await listsLeftOut(run, pass)
  for (const list of leftOut) await readBoundList(run, pass, list, leftOut.length)
  for (const maker of makers) maker.report(log)
  const isComplete = !noted.has('gap')
  const activations =
    window.sinceMs === undefined && isComplete ? activationsOf(names, window, bookmarks, !noted.has('shift')) : []
  await output.end(activations, () => bookmarks.windowRead(names, column, window, { isComplete, calls: pass.pages }))
  return pass.result
}

/** @param of how many lists there are beside it, and with it */
async function readBoundList(run: Run, pass: Pass, bound: BoundList, of: number): Promise<void> {
  const { bookmarks, output, log, watch } = run
  const { key, path, filter, context } = bound
  const { stream, selected, names, window, makers, noted, result, idsAt } = pass
  const { sinceMs, from } = window
  const list = openList({ ...run, stream, path, filter: [...filter, ...windowFilter(stream, window)] })
  const whenGone = (error: RequestError) => {
    log.warn(`skipped one list: ${error.message}`)
    pass.gone.push(error)
    const isUnknown = error instanceof NotAvailableError && error.status === 404
    // Of one object, not to be found is an answer. A list may hold rows, though its parent may be gone: the next run will see.
    if (!isUnknown || !stream.parent || !stream.shape) noted.add('gap')
    if (!(error instanceof NotAvailableError) && ++pass.failing >= MOST_FAILING) throw error
  }
  const walked = walk(list, stream, { sinceMs, from: key === from.list && !from.done ? from : {} })
  const steps = unlessGone(walked, stream, whenGone)
  let pagesOfList = 0
  for await (const { page, items, position } of watch.list(steps, {
    name: names[0],
    stream,
    list: bound,
    window,
    of,
  })) {
    pass.pages++
    pass.failing = 0
    if (++pagesOfList > 1 && stream.scan.kind !== 'keyset') noted.add('shift')
    if (page.nextToken !== undefined && !isPaged(stream)) {
      log.warn(`${path} has more pages, and Keap documents no way to ask for them: only the first is read`)
      noted.add('gap')
    }
    if (items.some((item) => has(item, stream.hides?.shows))) noted.add('shown')
    for (const item of items) result.ids?.push(idAt(item, idsAt ?? ''))
    const batches: Batch[] = []
    for (const [at, maker] of makers.entries()) {
      const known = await inContext(run, selected[at], items, context)
      result.calls += known.calls
      batches.push({ ...maker.batch(known.items), version: bookmarks.versionOf(names[at] ?? '', window) })
    }
    const done = key !== undefined && Object.values(position).every((part) => part === undefined)
    const progress = { ...position, list: key, done: done || undefined, noted: [...noted] }
    const mark = () => bookmarks.pageRead(names, window, progress)
    await output.page(batches, pageEntry(names[0] ?? stream.records, page), mark)
    result.rows += items.length
    result.calls += page.answer.attempts
    run.stop.throwIfAborted()
  }
}

/** Of a complete scan: the lists that hold what Keap may have left out of it. */
async function listsLeftOut(run: Run, { stream, window, hiddenIds, noted, result }: Pass): Promise<BoundList[]> {
  if (stream.hides === undefined || hiddenIds === undefined || window.sinceMs !== undefined) return []
  const wasAmongThem = window.from.list !== undefined
  if (noted.has('shown') && run.filesByContact !== 'always' && !wasAmongThem) return []
  const byParent = wasAmongThem ? 'always' : run.filesByContact
  const { lists, calls } = await hiddenLists(stream, stream.hides, { ...run, byParent, parentIds: hiddenIds })
  result.calls += calls
  return listsLeft(lists, window.from)
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

function idAt(item: JsonText, pointer: string): string {
  const id = digitsAt(item, pointer) ?? stringAt(item, pointer)
  if (id === undefined) throw new RequestError(`an item without ${pointer}: ${item.slice(0, 80)}`)
  return id
}
