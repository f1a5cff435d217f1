import { DataError, type JsonText } from '@keap-postgres/protocol'
import type { ColumnType } from './column-type.js'

/** Why a record can't become a row: everything that a person, or a table of rejected records, needs to know. */
export type Misfit = {
  line: number
  stream: string
  /** Which record it is: `id 7`; empty when that is what it doesn't say. */
  key: string
  property: string
  /** As it was sent; absent when the record has no such property. */
  value?: JsonText | undefined
  /** The type of the property's column; absent when a key is missing. */
  column?: ColumnType
  /** What the column wants, in words. */
  expected: string
  /** The column type that would hold the value, where the schema allows it and only the column is too narrow. */
  wider?: ColumnType | undefined
}

/** How much of a value is shown. */
const SHOWN_CHARACTERS = 80

/** A record that its table can't take. Those who catch it decide: fail, put the record aside, or widen the column. */
export class InvalidRecordError extends DataError {
  readonly misfit: Misfit

  constructor(misfit: Misfit) {
    super(describe(misfit))
    this.misfit = misfit
  }
}

/** A value cut to what a person can read. */
export function shorten(json: JsonText): string {
  return json.length > SHOWN_CHARACTERS ? `${json.slice(0, SHOWN_CHARACTERS)}…` : json
}

function describe({ line, stream, key, property, value, column, expected }: Misfit): string {
  const record = `Line ${line}: a record of ${stream}${key === '' ? '' : ` (${key})`}`
  if (column === undefined) {
    return (
      `${record} has ${value === undefined ? 'no' : 'a null'} "${property}"; wanted is ${expected}. ` +
      'Correct the tap, or declare key_properties that every record has.'
    )
  }
  return (
    `${record} has ${shorten(value ?? 'null')} as "${property}"; its column is ${column} and wants ${expected}. ` +
    "Correct the record, or the type in the stream's SCHEMA."
  )
}
