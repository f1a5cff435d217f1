import { hash } from 'node:crypto'
import type { JsonText, RecordLine, RecordSlots } from '@keap-postgres/protocol'
import type { Column } from './column.js'
import type { ColumnType } from './column-type.js'
import { copyPlan, type PlannedField } from './copy-plan.js'
import { COPY_NULL } from './copy-text.js'
import { type EncodeValue, encoderOf, encoders, expectedIn, widerType } from './encode-value.js'
import { type Clock, metadataWriter } from './filled-columns.js'
import { findSlots } from './find-slots.js'
import { InvalidRecordError, shorten } from './invalid-record.js'
import { DELETION_MARK } from './metadata-columns.js'
import { inRowOrder } from './row-layout.js'
import type { RowWriter } from './row-writer.js'
import { copierIn } from './value-copier.js'

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

const NEWLINE = 0x0a
const LETTER_N = 0x6e

/** A value's COPY text is at most twice as long as its JSON, since backslashes are doubled, and so much longer. */
const SLACK_PER_VALUE = 32

/** Room for what a row holds beside its values. */
const SLACK_PER_ROW = 256

/** 128 bits of SHA-256. */
const HASH_BYTES = 16

/** One of the row's own columns: the record's value of a property, or the whole record. */
type Field = Column & { encode: EncodeValue }

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
  const fields: Field[] = [...own, ...(whole ? [whole] : [])].map((column) => ({
    ...column,
    encode: encoderOf(column),
  }))
  // Two records are the same only where the same values go to the same columns.
  const layout = JSON.stringify(fields.map(({ name, type }) => [name, type]))
  const fingerprint = Buffer.from(hash('sha256', layout).slice(0, 2 * HASH_BYTES))
  const wanted = [DELETION_MARK, ...own.map(({ property }) => property)]
  const planFor = findSlots(wanted, onUnknown, ([markSlot = -1, ...slots]) => {
    const planned: PlannedField[] = own.map(({ type, isKey }, index) => ({ type, isKey, slot: slots[index] ?? -1 }))
    if (whole) planned.push({ type: 'record', isKey: false, slot: -1 })
    return { markSlot, slots, plan: copyPlan(planned, fingerprint) }
  })
  const hasKey = columns.some((column) => column.isKey)
  const headOf = headEncoder(stream)

  /** Writes a value with all there is to know about its type to `out`, and returns the place behind it. */
  function writeCarefully(field: Field, slot: number, { record }: RecordLine, line: number, out: number): number {
    const { bytes } = record
    if (field.isKey && (slot < 0 || bytes[record.startOf(slot)] === LETTER_N)) {
      throw missingKey(stream, line, field.property, textIn(record, slot))
    }
    const value = field.fill ? wholeText(record) : record.text(slot)
    const text = field.encode(value)
    if (text === undefined) throw badValue({ ...field, stream, line, key: shownKey(record, columns), value })
    return out + bytes.write(text, out)
  }

  return (message, line, out) => {
    const { record } = message
    const { scanner } = record
    const { plan, slots, markSlot } = planFor(record.shape)
    const mark = textIn(record, markSlot)
    const head = headOf(message, mark, line)
    const copier = copierIn(scanner)
    const start = copier.begin(scanner, plan, (whole ? 4 : 2) * record.length + SLACK_PER_VALUE * fields.length)
    let end = copier.copy(0, start)
    for (let index = copier.stoppedAt(scanner); index < fields.length; index = copier.stoppedAt(scanner)) {
      end = writeCarefully(fields[index] as Field, slots[index] ?? -1, message, line, end)
      end = copier.copy(index + 1, end)
    }
    out.room(end - start + head.length + SLACK_PER_ROW)
    const rowAt = out.at
    const values = new Uint8Array(record.bytes.buffer, start, end - start + fingerprint.length)
    // A record that marks its own row as deleted goes without a hash, and is always compared whole.
    if (hasKey && (mark === undefined || mark === 'null')) out.hex(hash('sha256', values, 'binary'), HASH_BYTES)
    else out.null()
    out.copy(head)
    out.copy(values)
    out.at -= fingerprint.length
    if (writeMetadata) writeMetadata(out)
    out.byte(NEWLINE)
    return out.at - rowAt
  }
}

function wholeText({ bytes, start, length }: RecordSlots): JsonText {
  return bytes.toString('utf8', start, start + length)
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
