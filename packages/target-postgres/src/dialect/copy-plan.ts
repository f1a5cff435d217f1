import type { ColumnType } from './column-type.js'

/**
 * What goes into a row's fields, for records of one shape, in the words that `assembly/row.ts` reads.
 * See {@link ValueCopier}.
 */
export type CopyPlan = Int32Array

/** A field, and the slot of its value in the record; -1 where it has none. */
export type PlannedField = { type: ColumnType | 'record'; isKey: boolean; slot: number }

/** `STOPPED` is where the last call did. */
export const STOPPED = 0
const FIELDS = 1
const FINGERPRINT = 4
const FIRST_FIELD = 12
const KEY = 16

const OTHER = 8

/** How the values of a type are copied. `OTHER`: not at all. */
const COPIED: Readonly<Record<PlannedField['type'], number>> = {
  bigint: 0,
  boolean: 1,
  date: 2,
  jsonb: 3,
  numeric: 4,
  text: 5,
  timestamptz: 6,
  record: 7,
  time: OTHER,
  uuid: OTHER,
}

/** @param fingerprint 32 bytes to be written behind the fields */
export function copyPlan(fields: readonly PlannedField[], fingerprint: Buffer): CopyPlan {
  const plan = new Int32Array(FIRST_FIELD + 2 * fields.length)
  plan[FIELDS] = fields.length
  new Uint8Array(plan.buffer).set(fingerprint, FINGERPRINT * plan.BYTES_PER_ELEMENT)
  for (const [index, { type, isKey, slot }] of fields.entries()) {
    plan[FIRST_FIELD + 2 * index] = COPIED[type] + (isKey ? KEY : 0)
    plan[FIRST_FIELD + 2 * index + 1] = slot
  }
  return plan
}
