import { DataError, type JsonSchema } from '@keap-postgres/protocol'
import { type ColumnType, columnType } from './column-type.js'
import { columnNames } from './identifiers.js'
import { isMetadata, metadataColumns, SEQUENCE_COLUMN } from './metadata-columns.js'

/** A property of a stream and the column it goes to. */
export type Column = { property: string; name: string; type: ColumnType; isKey: boolean }

/**
 * The columns that a stream's schema asks for, in its order, without the metadata columns that every table has.
 *
 * @throws {DataError} when a key property isn't a property of the schema
 */
export function columnsOf(stream: string, schema: JsonSchema, keyProperties: readonly string[]): Column[] {
  const properties = schema.properties ?? {}
  const missing = keyProperties.find((key) => !Object.hasOwn(properties, key) || isMetadata(key))
  if (missing !== undefined) {
    throw new DataError(
      `The SCHEMA of ${stream} names the key property "${missing}", which is not among its properties ` +
        `(${Object.keys(properties).join(', ')}). Correct the tap's key_properties or its schema.`,
    )
  }
  const own = Object.keys(properties).filter((property) => !isMetadata(property))
  const names = columnNames(own, [...metadataColumns.map((column) => column.name), SEQUENCE_COLUMN])
  return own.map((property) => ({
    property,
    name: names.get(property) ?? property,
    type: columnType(properties[property] ?? {}, schema),
    isKey: keyProperties.includes(property),
  }))
}
