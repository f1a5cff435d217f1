import { callsForList, isPaged, pageSizeOf } from '../calls.js'
import type { Stream } from '../stream.js'
import type { Step } from '../walks/list.js'
import { type Amount, about, atLeast, exactly } from './amount.js'
import { expectedCalls } from './expected-calls.js'
import type { Tally } from './tally.js'

/** Traces of a stream's rows, found in a sample of another one's records, and how many records that has. */
export type Traces = { of: string; tally: Tally; sampled: number; records: Amount }

/**
 * Rows and calls of many lists of one stream: one call for each at least, and more for those that are longer than a page,
 * which only traces of their rows can tell beforehand.
 *
 * @param first the first list's first page; undefined when that list isn't there
 */
export function planFanOut(
  stream: Stream,
  lists: Amount,
  first: Pick<Step, 'items' | 'more'> | undefined,
  traces?: Traces,
): { rows: Amount; calls: Amount } {
  const seen = first?.items.length ?? 0
  if (lists.value === 0) return { rows: lists, calls: lists }
  if (!isPaged(stream)) {
    const isAll = lists.value === 1 && lists.certainty === 'exact'
    return { rows: stream.shape ? lists : isAll ? exactly(seen) : atLeast(seen), calls: lists }
  }
  if (traces) return byTraces(stream, lists, traces)
  const isAll = lists.value === 1 && first?.more === false
  const longer = callsForList(stream, seen + (first?.more ? 1 : 0)) - 1
  if (isAll) return { rows: exactly(seen), calls: lists }
  return { rows: atLeast(seen), calls: { value: lists.value + longer, certainty: leastOf(lists) } }
}

function byTraces(stream: Stream, lists: Amount, { tally, sampled, records }: Traces): { rows: Amount; calls: Amount } {
  const scale = sampled === 0 ? 0 : records.value / sampled
  const rows = about(tally.entries * scale)
  // When the records fit on a page, so does each list of some of them.
  if (records.certainty === 'exact' && records.value <= pageSizeOf(stream)) return { rows, calls: lists }
  const counts = [...tally.counts.values()]
  return { rows, calls: about(expectedCalls(counts, Math.max(lists.value, counts.length), scale, pageSizeOf(stream))) }
}

/** At least a call for each list, when it is sure how many there are. */
function leastOf({ certainty }: Amount): Amount['certainty'] {
  return certainty === 'exact' ? 'at least' : certainty
}
