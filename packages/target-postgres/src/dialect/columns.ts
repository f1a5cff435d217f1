import { DataError, type JsonSchema } from '@keap-postgres/protocol'
import type { Column } from './column.js'
import { columnTypes } from './column-type.js'
import { columnNames } from './identifiers.js'
import { DELETION_MARK, reservedColumns } from './metadata-columns.js'
import { streamProperties } from './stream-properties.js'

/**
 * The columns that a stream's schema asks for, in its order, without the metadata columns that every table has.
 *
 * @param given the columns that properties of this table have had so far, by property
 * @throws {DataError} when a key property isn't a property of the schema
 */
export function columnsOf(
  stream: string,
  schema: JsonSchema,
  keyProperties: readonly string[],
  given: ReadonlyMap<string, string> = new Map(),
): Column[] {
  const properties = streamProperties(schema)
  const own = [...properties.keys()].filter((property) => property !== DELETION_MARK)
  const missing = keyProperties.find((key) => !own.includes(key))
  if (missing !== undefined) {
    throw new DataError(
      `The SCHEMA of ${stream} names the key property "${missing}", which is not among its properties ` +
        `(${own.join(', ')}). Correct the tap's key_properties or its schema.`,
    )
  }
  const names = columnNames(own, { reserved: reservedColumns, given })
  const typeOf = columnTypes(schema)
  return own.map((property) => ({
    property,
    name: names.get(property) ?? property,
    type: typeOf(properties.get(property) ?? {}),
    isKey: keyProperties.includes(property),
  }))
}
