import { hash } from 'node:crypto'
import type { JsonText, RecordLine, RecordSlots } from '@keap-postgres/protocol'
import type { Column } from './column.js'
import type { ColumnType } from './column-type.js'
import { COPY_NULL } from './copy-text.js'
import { copyVerbatim } from './copy-verbatim.js'
import { encoderOf, encoders, expectedIn, widerType } from './encode-value.js'
import { type Clock, copyRecord, metadataWriter } from './filled-columns.js'
import { findSlots } from './find-slots.js'
import { InvalidRecordError, shorten } from './invalid-record.js'
import { DELETION_MARK } from './metadata-columns.js'
import { inRowOrder } from './row-layout.js'
import type { RowWriter } from './row-writer.js'

/** Writes the row of a record as a line of COPY text, its columns as in `rowLayout`, and returns how many bytes that were. */
export type EncodeRow = (message: RecordLine, line: number, out: RowWriter) => number

type RowSource = {
  stream: string
  /** Each with the type that its column really has. */
  columns: readonly Column[]
  /** Told once of each property that the schema doesn't know; it is left out. */
  onUnknown: (property: string) => void
  clock: Clock
}

const TAB = 0x09
const NEWLINE = 0x0a
const LETTER_N = 0x6e

/** A value's COPY text is at most twice as long as its JSON, since backslashes are doubled, and so much longer. */
const SLACK_PER_VALUE = 32
const SLACK_PER_ROW = 256

/** 128 bits of SHA-256, in hex. */
const HASH_DIGITS = 32

/**
 * Compiles a stream's encoder, once per SCHEMA. An absent property is null, as JSON's null is.
 *
 * @returns a function that throws an {@link InvalidRecordError} for a value that its column can't hold and for a missing
 *   key, and then leaves nothing written
 */
export function compileRowEncoder({ stream, columns, onUnknown, clock }: RowSource): EncodeRow {
  const ordered = inRowOrder(columns)
  const whole = ordered.find(({ fill }) => fill === 'record')
  const writeMetadata = metadataWriter(ordered, clock)
  const own = ordered.filter(({ fill }) => fill === undefined)
  const fields = own.map((column) => ({
    ...column,
    copy: copyVerbatim[column.type],
    encode: encoderOf(column),
  }))
  const slotsIn = findSlots([DELETION_MARK, ...fields.map(({ property }) => property)], onUnknown)
  const hasKey = columns.some((column) => column.isKey)
  // Two records are the same only where the same values go to the same columns.
  const fingerprint = Buffer.from(
    digest(JSON.stringify([...own, ...(whole ? [whole] : [])].map(({ name, type }) => [name, type]))),
  )
  const headOf = headEncoder(stream)

  function writeRow(message: RecordLine, line: number, out: RowWriter): void {
    const { record } = message
    const slots = slotsIn(record.shape)
    const mark = textIn(record, slots[0])
    // A record that marks its own row as deleted goes without a hash, and is always compared whole.
    const isHashed = hasKey && (mark === undefined || mark === 'null')
    const hashAt = out.at
    if (isHashed) out.at += HASH_DIGITS
    else out.null()
    const head = headOf(message, mark, line)
    out.copy(head, 0, head.length)
    const valuesAt = out.at
    writeValues(record, slots, line, out)
    if (whole) writeWhole(whole, record, line, out)
    if (isHashed) {
      fingerprint.copy(out.bytes, out.at)
      out.bytes.write(digest(out.bytes.subarray(valuesAt, out.at + fingerprint.length)), hashAt, 'latin1')
    }
    if (writeMetadata) writeMetadata(out)
    out.byte(NEWLINE)
  }

  function writeWhole(column: Column, record: RecordSlots, line: number, out: RowWriter): void {
    out.byte(TAB)
    const refused = copyRecord(out, record)
    if (refused !== undefined)
      throw badValue({ ...column, stream, line, key: shownKey(record, columns), value: refused })
  }

  function writeValues(record: RecordSlots, slots: Int32Array, line: number, out: RowWriter): void {
    const { bytes } = record
    let index = 1
    for (const field of fields) {
      const slot = slots[index++] as number
      const start = record.startOf(slot)
      out.byte(TAB)
      if (slot < 0 || bytes[start] === LETTER_N) {
        if (field.isKey) throw missingKey(stream, line, field.property, textIn(record, slot))
        out.null()
      } else if (!field.copy(out, bytes, start, record.endOf(slot), record.marksOf(slot))) {
        const value = record.text(slot)
        const text = field.encode(value)
        if (text === undefined) throw badValue({ ...field, stream, line, key: shownKey(record, columns), value })
        out.text(text)
      }
    }
  }

  return (message, line, out) => {
    out.room((whole ? 4 : 2) * message.record.length + SLACK_PER_VALUE * fields.length + SLACK_PER_ROW)
    const start = out.at
    try {
      writeRow(message, line, out)
      return out.at - start
    } catch (error) {
      out.at = start
      throw error
    }
  }
}

function digest(data: string | Buffer): string {
  return hash('sha256', data).slice(0, HASH_DIGITS)
}

function textIn(record: RecordSlots, slot: number | undefined): JsonText | undefined {
  return slot === undefined || slot < 0 ? undefined : record.text(slot)
}

/** Encodes the metadata behind the hash, which is the same for all records of a page. */
function headEncoder(stream: string) {
  let known: { version: number | undefined; time: string | undefined; mark: JsonText | undefined } | undefined
  let head: Buffer = Buffer.of()
  return ({ version, time_extracted: time }: RecordLine, mark: JsonText | undefined, line: number): Buffer => {
    if (known && known.version === version && known.time === time && known.mark === mark) return head
    const timeText = (property: string, value: JsonText | undefined) => {
      if (value === undefined || value === 'null') return COPY_NULL
      const text = encoders.timestamptz(value)
      if (text !== undefined) return text
      throw badValue({ stream, line, key: '', property, value, type: 'timestamptz', isKey: false })
    }
    const extracted = timeText('time_extracted', time === undefined ? undefined : JSON.stringify(time))
    // "now" is the time of the transaction that loads the row.
    head = Buffer.from(`\t${version ?? COPY_NULL}\t${extracted}\t${timeText(DELETION_MARK, mark)}\tnow`)
    known = { version, time, mark }
    return head
  }
}

/** Which record it is, for a person: `id 7`. */
export function shownKey(record: RecordSlots, columns: readonly Column[]): string {
  return columns
    .filter((column) => column.isKey)
    .map((column) => `${column.property} ${shorten(record.get(column.property) ?? 'missing')}`)
    .join(', ')
}

function missingKey(stream: string, line: number, property: string, value: JsonText | undefined): InvalidRecordError {
  const expected = "a value: it is part of the stream's key, and without it the row can't be told from others"
  return new InvalidRecordError({ stream, line, key: '', property, value, by: 'key', expected })
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

function badValue({ stream, line, key, property, value, type, isKey }: BadValue): InvalidRecordError {
  return new InvalidRecordError({
    stream,
    line,
    key,
    property,
    value,
    by: 'column',
    column: type,
    expected: expectedIn({ type, isKey }),
    wider: widerType(type, value),
  })
}
