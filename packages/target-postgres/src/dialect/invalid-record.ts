import { DataError, type JsonText } from '@keap-postgres/protocol'
import type { ColumnType } from './column-type.js'

/** Why a record can't become a row: everything that a person, or the table of rejected records, needs to know. */
export type Misfit = {
  line: number
  stream: string
  /** Which record it is: `id 7`; empty when that is what it doesn't say. */
  key: string
  /** Absent when it isn't one property alone. */
  property: string | undefined
  /** As it was sent, or as its column would show it; absent when the record has no such property. */
  value?: JsonText | undefined
  /** Who refuses it: the stream's key, the property's column, the stream's SCHEMA, or Postgres by rules of its own. */
  by: 'key' | 'column' | 'schema' | 'postgres'
  /** The type of the property's column. */
  column?: ColumnType
  /** What was wanted, in words; of Postgres what it said. */
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
    const { line, stream, key, by } = misfit
    const record = `Line ${line}: a record of ${stream}${key === '' ? '' : ` (${key})`}`
    super(`${record} ${reasonOf(misfit)}. ${CURES[by]}`)
    this.misfit = misfit
  }
}

/** A value cut to what a person can read. */
export function shorten(json: JsonText): string {
  return json.length > SHOWN_CHARACTERS ? `${json.slice(0, SHOWN_CHARACTERS)}…` : json
}

const CURES: Readonly<Record<Misfit['by'], string>> = {
  key: 'Correct the tap, or declare key_properties that every record has.',
  column: "Correct the record, or the type in the stream's SCHEMA.",
  schema: "Correct the record or the stream's SCHEMA, or set validate_records to false.",
  postgres: 'Correct the record, or the table.',
}

/** What was seen, and what was wanted: the part of a sentence whose subject is the record. */
export function reasonOf({ property, value, by, column, expected }: Misfit): string {
  switch (by) {
    case 'key':
      return `has ${value === undefined ? 'no' : 'a null'} "${property}"; wanted is ${expected}`
    case 'column':
      return `has ${shorten(value ?? 'null')} as "${property}"; its column is ${column} and wants ${expected}`
    case 'schema':
      return `${seen(property, value)}; its SCHEMA says: ${expected}`
    case 'postgres':
      return `${seen(property, value)}, and Postgres refuses it: ${expected}`
  }
}

function seen(property: string | undefined, value: JsonText | undefined): string {
  if (property === undefined) return 'is not as it should be'
  return value === undefined ? `has no "${property}"` : `has ${shorten(value)} as "${property}"`
}
