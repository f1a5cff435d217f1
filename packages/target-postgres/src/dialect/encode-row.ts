import { DataError, type JsonObjectText, type JsonText, type RecordMessage } from '@keap-postgres/protocol'
import type { ColumnType } from './column-type.js'
import type { Column } from './columns.js'
import { COPY_NULL } from './copy-text.js'
import { encoders, wanted } from './encode-value.js'
import { isMetadata } from './metadata-columns.js'

/** The row of a record as COPY text without the end of the line: the stream's columns, then `rowMetadata`. */
export type EncodeRow = (message: RecordMessage, line: number) => string

type RowSource = {
  stream: string
  /** Each with the type that its column really has. */
  columns: readonly Column[]
  /** Told once of each property that the schema doesn't know; it is left out. */
  onUnknown: (property: string) => void
}

/** How much of a bad value an error shows. */
const SHOWN_CHARACTERS = 80

/**
 * Compiles a stream's encoder, once per SCHEMA. An absent property is null, as JSON's null is.
 *
 * @returns a function that throws a {@link DataError} for a value that its column can't hold and for a missing key:
 *   stream, line, key, property, value, and what was wanted
 */
export function compileRowEncoder({ stream, columns, onUnknown }: RowSource): EncodeRow {
  const fields = columns.map((column) => ({ ...column, encode: encoders[column.type] }))
  const noteUnknown = unknownNoter(columns, onUnknown)
  return (message, line) => {
    const { record } = message
    let row = ''
    let seen = 0
    for (const { property, type, isKey, encode } of fields) {
      const json = record.get(property)
      if (json !== undefined) seen++
      if (json === undefined || json === 'null') {
        if (isKey) throw missingKey(stream, line, property, json)
        row += `${COPY_NULL}\t`
        continue
      }
      const text = encode(json)
      if (text === undefined) throw badValue(stream, line, keyOf(record, columns), { property, json, type })
      row += `${text}\t`
    }
    if (seen < record.size) noteUnknown(record)
    return row + encodeMetadata(stream, line, message)
  }
}

function encodeMetadata(stream: string, line: number, { record, time_extracted, version }: RecordMessage): string {
  const encodeTime = (property: string, json: JsonText | undefined): string => {
    if (json === undefined || json === 'null') return COPY_NULL
    const text = encoders.timestamptz(json)
    if (text === undefined) throw badValue(stream, line, '', { property, json, type: 'timestamptz' })
    return text
  }
  const extracted = encodeTime(
    'time_extracted',
    time_extracted === undefined ? undefined : JSON.stringify(time_extracted),
  )
  const deleted = encodeTime('_sdc_deleted_at', record.get('_sdc_deleted_at'))
  return `${extracted}\t${deleted}\t${version ?? COPY_NULL}`
}

function unknownNoter(columns: readonly Column[], onUnknown: (property: string) => void) {
  const known = new Set(columns.map((column) => column.property))
  return (record: JsonObjectText): void => {
    for (const property of record.keys()) {
      if (known.has(property) || isMetadata(property)) continue
      known.add(property)
      onUnknown(property)
    }
  }
}

function keyOf(record: JsonObjectText, columns: readonly Column[]): string {
  return columns
    .filter((column) => column.isKey)
    .map((column) => `${column.property} ${shorten(record.get(column.property) ?? 'missing')}`)
    .join(', ')
}

function missingKey(stream: string, line: number, property: string, json: JsonText | undefined): DataError {
  return new DataError(
    `Line ${line}: a record of ${stream} has ${json === undefined ? 'no' : 'a null'} "${property}", ` +
      `which is part of the stream's key. Without it the row can't be told from others. ` +
      'Correct the tap, or declare key_properties that every record has.',
  )
}

function badValue(
  stream: string,
  line: number,
  key: string,
  { property, json, type }: { property: string; json: JsonText; type: ColumnType },
): DataError {
  return new DataError(
    `Line ${line}: a record of ${stream}${key === '' ? '' : ` (${key})`} has ${shorten(json)} as "${property}"; ` +
      `its column is ${type} and wants ${wanted[type]}. Correct the record, or the type in the stream's SCHEMA.`,
  )
}

function shorten(json: JsonText): string {
  return json.length > SHOWN_CHARACTERS ? `${json.slice(0, SHOWN_CHARACTERS)}…` : json
}
