import type { RecordLine } from '@keap-postgres/protocol'
import type { Column } from './column.js'
import { COPY_NULL } from './copy-text.js'
import { encoderOf } from './encode-value.js'
import { FIRST_KEY, keyOf, VERSION } from './row-layout.js'

/**
 * The row of a record that can't become one, as far as its key: enough to tell which row of the table it is about.
 *
 * @returns `undefined` when the stream has no key, or the record's can't be told
 */
export function keyRow({ record, version }: RecordLine, columns: readonly Column[]): Buffer | undefined {
  const key = keyOf(columns)
  if (key.length === 0) return undefined
  const fields: string[] = Array<string>(FIRST_KEY).fill(COPY_NULL)
  if (version !== undefined) fields[VERSION] = String(version)
  for (const column of key) {
    const json = record.get(column.property)
    const text = json === undefined || json === 'null' ? undefined : encoderOf(column)(json)
    if (text === undefined) return undefined
    fields.push(text)
  }
  return Buffer.from(`${fields.join('\t')}\n`)
}
