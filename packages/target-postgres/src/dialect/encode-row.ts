import type { JsonObjectText, JsonText, RecordMessage } from '@keap-postgres/protocol'
import type { ColumnType } from './column-type.js'
import type { Column } from './columns.js'
import { COPY_NULL } from './copy-text.js'
import { encoderOf, encoders, expectedIn, widerType } from './encode-value.js'
import { InvalidRecordError, shorten } from './invalid-record.js'
import { DELETION_MARK } from './metadata-columns.js'

/** The row of a record as COPY text without the end of the line: the stream's columns, then `rowMetadata`. */
export type EncodeRow = (message: RecordMessage, line: number) => string

type RowSource = {
  stream: string
  /** Each with the type that its column really has. */
  columns: readonly Column[]
  /** Told once of each property that the schema doesn't know; it is left out. */
  onUnknown: (property: string) => void
}

/**
 * Compiles a stream's encoder, once per SCHEMA. An absent property is null, as JSON's null is.
 *
 * @returns a function that throws an {@link InvalidRecordError} for a value that its column can't hold and for a missing key
 */
export function compileRowEncoder({ stream, columns, onUnknown }: RowSource): EncodeRow {
  const fields = columns.map((column) => ({ ...column, encode: encoderOf(column) }))
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
      if (text === undefined)
        throw badValue({ stream, line, key: keyOf(record, columns), property, value: json, type, isKey })
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
    if (text === undefined)
      throw badValue({ stream, line, key: '', property, value: json, type: 'timestamptz', isKey: false })
    return text
  }
  const extracted = encodeTime(
    'time_extracted',
    time_extracted === undefined ? undefined : JSON.stringify(time_extracted),
  )
  const deleted = encodeTime(DELETION_MARK, record.get(DELETION_MARK))
  return `${extracted}\t${deleted}\t${version ?? COPY_NULL}`
}

function unknownNoter(columns: readonly Column[], onUnknown: (property: string) => void) {
  const known = new Set([DELETION_MARK, ...columns.map((column) => column.property)])
  return (record: JsonObjectText): void => {
    for (const property of record.keys()) {
      if (known.has(property)) continue
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

function missingKey(stream: string, line: number, property: string, value: JsonText | undefined): InvalidRecordError {
  const expected = "a value: it is part of the stream's key, and without it the row can't be told from others"
  return new InvalidRecordError({ stream, line, key: '', property, value, expected })
}

type BadValue = {
  stream: string
  line: number
  key: string
  property: string
  value: JsonText
  type: ColumnType
  isKey: boolean
}

function badValue({ type, isKey, ...where }: BadValue): InvalidRecordError {
  const { value } = where
  return new InvalidRecordError({
    ...where,
    column: type,
    expected: expectedIn({ type, isKey }),
    wider: widerType(type, value),
  })
}
