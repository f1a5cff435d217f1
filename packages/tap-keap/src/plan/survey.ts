import type { JsonText } from '@keap-postgres/protocol'
import { callsForList, isPaged } from '../calls.js'
import { RequestError } from '../keap/errors.js'
import { openList, windowFilter } from '../lists.js'
import { digitsAt, stringAt } from '../pointer.js'
import type { List, Position, Step } from '../walks/list.js'
import { walk, walkOf } from '../walks/walk.js'
import { type Amount, about, atLeast, exactly } from './amount.js'
import { type Asker, askCount } from './count.js'
import { idOrderOf, lookAround } from './look-around.js'
import type { Surveyed } from './surveyed.js'

/** What is known of a list without reading it: from its first page, and from little else that was asked. */
export type Survey = {
  first: Step
  rows: Amount
  /** How the rows are known, in words. */
  how: string
  /** Items of the first page, and of others that were looked at, from several places of the list. */
  sample: readonly JsonText[]
}

export type SurveyOptions = {
  /** Items from all over the list are wanted, even when its rows are known without. */
  wantsSample?: boolean
  /** Whether to read on behind this page; by default the first is enough. */
  goOn?: (step: Step) => Promise<boolean>
}

/**
 * Asks for a list's first page, and where that isn't all of it, in the cheapest way there is, how many rows it has.
 *
 * @throws {RequestError} when the first page can't be had; what else is asked may fail and is done without
 */
export async function surveyList(
  asker: Asker,
  surveyed: Surveyed,
  { wantsSample = false, goOn = async () => false }: SurveyOptions = {},
): Promise<Survey> {
  const { stream, window } = surveyed
  const list = listOf(asker, surveyed)
  const { first, last, seen } = await readPages(list, surveyed, goOn)
  const known = rowsRead(surveyed, last, seen)
  if (known !== undefined && !(wantsSample && last.more)) return { first, ...known, sample: first.items }

  const counted = known ?? (await countRows(asker, surveyed, seen))
  const order = idOrderOf(walkOf(stream, window.sinceMs))
  const callsFor = (thought: number) => callsForList(stream, counted?.rows.value ?? thought)
  const isLookedAt = order !== undefined && (counted === undefined || wantsSample)
  const looked = isLookedAt ? await lookAround(list, order, first, { isSpread: wantsSample, callsFor }) : undefined
  const found = counted ?? looked ?? (await paceOf(asker, surveyed, first))
  const { rows, how } = found ?? { rows: atLeast(seen + 1), how: 'its first page' }
  return { first, rows, how, sample: looked?.sample ?? first.items }
}

/** About how many rows a list has, of which the first page was read: for a call or two at most. Undefined when nobody knows. */
export async function guessRows(asker: Asker, surveyed: Surveyed, first: Step): Promise<number | undefined> {
  const seen = first.items.length
  const known = rowsRead(surveyed, first, seen) ?? (await countRows(asker, surveyed, seen))
  if (known) return known.rows.value
  const order = idOrderOf(walkOf(surveyed.stream, surveyed.window.sinceMs))
  const oneLook = { isSpread: false, callsFor: () => 1 }
  const looked = order && (await lookAround(listOf(asker, surveyed), order, first, oneLook))
  return (looked ?? (await paceOf(asker, surveyed, first)))?.rows.value
}

/** The ids of the records that were seen. */
export function idsIn({ sample }: Survey, pointer: string): string[] {
  return sample.flatMap((item) => digitsAt(item, pointer) ?? stringAt(item, pointer) ?? [])
}

/** The first page of a list, of which no more is wanted. */
export async function firstPage(asker: Asker, surveyed: Surveyed): Promise<Step> {
  return (await readPages(listOf(asker, surveyed), surveyed, async () => false)).first
}

function listOf(asker: Asker, { stream, list, window }: Surveyed): List {
  return openList({ ...asker, stream, path: list.path, filter: [...list.filter, ...windowFilter(stream, window)] })
}

type Pages = { first: Step; last: Step; seen: number }

async function readPages(list: List, surveyed: Surveyed, goOn: (step: Step) => Promise<boolean>): Promise<Pages> {
  const { sinceMs } = surveyed.window
  let pages: Pages | undefined
  for await (const step of walk(list, surveyed.stream, { sinceMs, from: startOf(surveyed) })) {
    pages = { first: pages?.first ?? step, last: step, seen: (pages?.seen ?? 0) + step.items.length }
    if (!(await goOn(step))) break
  }
  if (pages === undefined) throw new RequestError('the list gave no page')
  return pages
}

/** Where a run begins in the list: a former one may have been stopped there. */
function startOf({ list, window: { from } }: Surveyed): Position {
  return list.key === from.list && !from.done ? from : {}
}

type Rows = { rows: Amount; how: string }

/** What was read may be all there is, or say how much there is. */
function rowsRead(surveyed: Surveyed, { page, more }: Step, seen: number): Rows | undefined {
  if (!more || !isPaged(surveyed.stream)) return { rows: exactly(seen), how: 'the whole list' }
  const total = (page.total ?? 0) - (startOf(surveyed).offset ?? 0)
  return total < Math.max(1, seen) ? undefined : { rows: exactly(total), how: "Keap's total" }
}

/** A number that the rows seen belie is of other rows. */
async function countRows(asker: Asker, surveyed: Surveyed, seen: number): Promise<Rows | undefined> {
  const { count, changes } = surveyed.stream
  const { sinceMs, untilMs } = surveyed.window
  if (count === undefined || Object.keys(startOf(surveyed)).length > 0) return undefined
  const isWindow = sinceMs !== undefined
  if (isWindow && (changes?.kind !== 'window' || count.since === undefined)) return undefined
  const rows = await askCount(asker, count, isWindow ? { sinceMs, untilMs } : undefined)
  if (rows === undefined || rows <= seen) return undefined
  return { rows: about(rows), how: count.add ? 'the sum of others' : "v1's total" }
}

/**
 * Newest first: as many changes in the rest of the window, for its length, as on the first page for its. A burst of changes
 * would make that more than there are rows.
 */
async function paceOf(asker: Asker, { stream, window }: Surveyed, { items }: Step): Promise<Rows | undefined> {
  const { sinceMs, untilMs } = window
  const how = walkOf(stream, sinceMs)
  if (how.kind !== 'sorted' || sinceMs === undefined) return undefined
  const oldest = Date.parse(stringAt(items.at(-1) ?? '{}', how.time) ?? '')
  if (Number.isNaN(oldest) || oldest >= untilMs) return undefined
  const expected = (items.length * (untilMs - sinceMs)) / (untilMs - oldest)
  const all = stream.count && (await askCount(asker, stream.count))
  const rows = Math.max(items.length + 1, Math.min(expected, all ?? expected))
  return { rows: about(rows), how: 'the pace of changes' }
}
