import type { Log } from '@keap-postgres/protocol'
import { InvalidRecordError } from '../dialect/invalid-record.js'
import type { Reject } from './batch.js'

/** How many are told one by one; of the rest, that there are more. */
const NAMED = 10

/** Tells of records that were put aside, once that is committed. */
export function rejectTeller(log: Log, metaSchema: string): (rejects: readonly Reject[]) => void {
  let told = 0
  return (rejects) => {
    for (const { misfit } of rejects) {
      if (told > NAMED) return
      if (told++ < NAMED) log.warn(`Put aside: ${new InvalidRecordError(misfit).message}`)
      else log.warn(`More records are put aside; they are in ${metaSchema}.rejects, and counted at the end.`)
    }
  }
}
