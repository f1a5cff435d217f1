import type { JsonText } from '@keap-postgres/protocol'
import {
  type Convert,
  toBoolean,
  toContentById,
  toDate,
  toIds,
  toInteger,
  toJson,
  toMoney,
  toNumber,
  toText,
  toTimestamp,
} from './convert.js'
import { RequestError } from './keap/errors.js'
import { itemOf, textAt } from './pointer.js'
import type { As, StreamColumn } from './schemas.js'

/** What the walk knows beside the payload: a parent's id, the record type. By name, as JSON text. */
export type Context = Readonly<Record<string, JsonText>>

export type Projection = (item: JsonText, context: Context) => Map<string, JsonText>

/** Told of a value that can't become its column's type: null in the column, whole in `raw`. */
export type OnUnfit = (column: string, text: JsonText) => void

/**
 * Compiles a stream's columns into the function that makes its records: each column from its place in the payload, absent
 * and null alike as `null`, `raw` as the payload itself.
 *
 * The function throws {RequestError} for an item whose key is missing: without it a row can't be told from another.
 */
export function compileProjection(
  columns: readonly StreamColumn[],
  key: readonly string[],
  onUnfit: OnUnfit,
): Projection {
  const steps = columns.map((column) => ({ ...column, convert: convertOf(column) }))
  return (text, context) => {
    const item = itemOf(text)
    const record = new Map<string, JsonText>()
    for (const { name, from, convert } of steps) {
      const found = from.startsWith('@') ? context[from.slice(1)] : textAt(item, from)
      record.set(name, columnValue(name, found, convert, onUnfit))
    }
    const missing = key.find((name) => record.get(name) === 'null')
    if (missing !== undefined) {
      throw new RequestError(`a record without a usable key: "${missing}" is missing in ${text.slice(0, 120)}`)
    }
    return record
  }
}

function columnValue(name: string, found: JsonText | undefined, convert: Convert, onUnfit: OnUnfit): JsonText {
  if (found === undefined || found === 'null') return 'null'
  const value = convert(found)
  if (value !== undefined) return value
  // Where a number or a date is wanted, Keap's "" says that there is none.
  if (found !== '""') onUnfit(name, found)
  return 'null'
}

const special: Record<As, Convert> = { money: toMoney, ids: toIds, content_by_id: toContentById }

const byType: Record<string, Convert> = { integer: toInteger, number: toNumber, boolean: toBoolean, string: toText }

const byFormat: Record<string, Convert> = { 'date-time': toTimestamp, date: toDate }

function convertOf({ as, schema }: StreamColumn): Convert {
  if (as !== undefined) return special[as]
  if (schema.format !== undefined) return byFormat[schema.format] ?? toText
  const type = [schema.type].flat().find((name) => name !== 'null')
  return byType[type ?? ''] ?? toJson
}
