import { type JsonText, sliceArray, stringOf } from '@keap-postgres/protocol'
import { itemOf, textAt } from '../pointer.js'

/** How often each entry stands in the records of a sample, and all of them together. */
export type Tally = { entries: number; counts: ReadonlyMap<string, number> }

/** Counts what the records hold at a pointer: the entries of a list, or of a text like `12,15`. */
export function tally(sample: readonly JsonText[], pointer: string): Tally {
  const counts = new Map<string, number>()
  let entries = 0
  for (const item of sample) {
    for (const entry of entriesOf(textAt(itemOf(item), pointer))) {
      entries++
      counts.set(entry, (counts.get(entry) ?? 0) + 1)
    }
  }
  return { entries, counts }
}

function entriesOf(text: JsonText | undefined): string[] {
  if (text?.startsWith('[')) return sliceArray(text)
  if (!text?.startsWith('"')) return []
  return stringOf(text)
    .split(',')
    .filter((entry) => entry.trim() !== '')
}
