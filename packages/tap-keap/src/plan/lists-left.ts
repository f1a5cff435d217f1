import type { Progress } from '../bookmarks.js'
import { boundLists, listsLeft } from '../contexts.js'
import type { Stream } from '../stream.js'
import { type Amount, about, exactly } from './amount.js'

/**
 * How many of a fan-out's lists are left, when a run was stopped among them. Where only some of the ids are known, they are
 * taken to be spread evenly.
 *
 * @param parents how many there are
 * @param ids all of theirs, or some from both ends
 */
export function countLeft(stream: Stream, parents: Amount, ids: readonly string[], from: Progress): Amount {
  if (from.list === undefined) return parents
  const left = listsLeft(boundLists(stream, ids), from).length
  if (parents.certainty === 'exact' && ids.length === parents.value) return exactly(left)
  const numbers = [...ids, from.list].map(Number)
  const [at = Number.NaN] = numbers.splice(-1)
  const [lowest, highest] = [Math.min(...numbers), Math.max(...numbers)]
  const share =
    Number.isNaN(at) || highest <= lowest ? left / Math.max(1, ids.length) : (highest - at) / (highest - lowest)
  return about(parents.value * Math.min(1, Math.max(0, share)))
}
