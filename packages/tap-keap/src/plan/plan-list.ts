import type { JsonText } from '@keap-postgres/protocol'
import type { ReadWindow } from '../bookmarks.js'
import { boundLists, listsLeft } from '../contexts.js'
import { probeParents } from '../hidden-lists.js'
import { has } from '../pointer.js'
import { isWhole } from '../reading-window.js'
import { nestedItems } from '../records.js'
import type { Selected } from '../select.js'
import type { Stream } from '../stream.js'
import { type StreamName, streams } from '../streams.js'
import { type Amount, about, atLeast, exactly, total } from './amount.js'
import { countDownloads } from './downloads.js'
import type { Traces } from './fan-out.js'
import type { KnownLists } from './known-lists.js'
import { countLeft } from './lists-left.js'
import { listCost, modeOf, type PlannedStream, type Planning } from './planned.js'
import { idsIn, type Survey, surveyList } from './survey.js'

/** What the run would read of one stream's list, and of what is made of it. */
export type ListPlan = { name: StreamName; own: readonly Selected[]; window: ReadWindow }

/** Plans the streams that are made of one list: its own, and those nested in its records. */
export async function planList(run: Planning, known: KnownLists, plan: ListPlan): Promise<PlannedStream[]> {
  const { name, own, window } = plan
  const stream = streams[name]
  const [list] = listsLeft(boundLists(stream), window.from)
  // A former run has read the list, and was stopped among those that hold what it leaves out.
  if (list === undefined) return planHidden(run, known, plan, [])

  const box = own.some((one) => streams[one.name].storesFiles) ? countDownloads(run.filesDir) : undefined
  const options = { wantsSample: known.isSource(name), ...(box && { goOn: box.look }) }
  const found = await surveyList(run, { stream, list, window }, options)
  if (isWhole(window)) known.isRead(name, found)
  await run.onFirstPage({ selected: own, step: found.first, context: list.context, window })
  const traces = found.rows.certainty === 'at least' ? await known.tracesOf(stream) : undefined
  const survey = traces ? { ...found, ...likeTraces(traces) } : found
  const hidden = await planHidden(run, known, plan, survey.sample)

  const cost = listCost(stream, survey)
  const planned = own.map((one, at): PlannedStream => {
    const calls = at === 0 ? cost.calls : exactly(0)
    const { inside, storesFiles } = streams[one.name]
    const line = { stream: one.name, ...modeOf(window), ...cost, calls }
    if (!storesFiles) return inside ? { ...line, rows: nestedRows(survey, inside.items) } : line
    const downloads = box?.found(hidden.length > 0)
    return downloads ? { ...line, calls: total([calls, downloads.files]), downloads } : line
  })
  return [...planned, ...hidden]
}

function likeTraces({ of, tally, sampled, records }: Traces): Pick<Survey, 'rows' | 'how'> {
  return { rows: about((tally.entries * records.value) / Math.max(1, sampled)), how: `a sample of ${of}` }
}

/** Rows nested in a list's records: as many in each of all as in each that was seen. */
function nestedRows({ rows, sample, first }: Survey, pointer: string): Amount {
  const seen = sample.reduce((sum, item) => sum + nestedItems(item, pointer).length, 0)
  return first.more ? about((seen * rows.value) / Math.max(1, sample.length)) : exactly(seen)
}

/**
 * What a complete scan asks for beside its list, when that may leave something out: a list for each record of another
 * stream. Whether it does is found out as the run finds it out.
 */
async function planHidden(
  run: Planning,
  known: KnownLists,
  { name, window }: ListPlan,
  sample: readonly JsonText[],
): Promise<PlannedStream[]> {
  const stream: Stream = streams[name]
  const { hides } = stream
  if (hides === undefined || window.sinceMs !== undefined || run.filesByContact === 'never') return []
  const isForced = run.filesByContact === 'always' || window.from.list !== undefined
  if (!isForced && sample.some((item) => has(item, hides.shows))) return []
  const probe = isForced ? { found: true, calls: 0 } : await probeParents(stream, hides, run)
  const line = { stream: name, ...modeOf(window), rows: atLeast(0), how: `a list for each of ${hides.stream}` }
  if (!probe.found) return [{ ...line, calls: exactly(probe.calls), how: 'a probe' }]
  const parents = await known.parentsOf(hides.stream as StreamName)
  const left = countLeft(stream, parents.rows, idsIn(parents, hides.id), window.from)
  return [{ ...line, calls: total([exactly(probe.calls), left]) }]
}
