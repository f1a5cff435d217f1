import type { Catalog, CatalogEntry, JsonSchema, Metadata } from '@keap-postgres/protocol'
import { columnsOf, PAGE_LOG, type StreamColumns } from './schemas.js'
import { type StreamName, streamNames, streams } from './streams.js'

/** The key of the page log. */
export const pageLogKey: readonly string[] = ['tap_run_id', 'seq']

/** Every stream with its columns, key and mode. Needs neither credentials nor a network. */
export function discover(): Catalog {
  const pageLog = catalogEntry(PAGE_LOG, columnsOf(PAGE_LOG), pageLogKey, { 'forced-replication-method': 'FULL_TABLE' })
  return { streams: [...streamNames.map(entryOf), pageLog] }
}

/** The columns as plain JSON Schema, as a SCHEMA message carries it. */
export function jsonSchemaOf({ columns }: StreamColumns): JsonSchema {
  return { type: 'object', properties: Object.fromEntries(columns.map(({ name, schema }) => [name, schema])) }
}

function entryOf(name: StreamName): CatalogEntry {
  const { key, selectedByDefault = true } = streams[name]
  return catalogEntry(name, columnsOf(name), key, {
    ...replicationOf(name),
    'selected-by-default': selectedByDefault,
  })
}

/** A user may ask for FULL_TABLE instead of INCREMENTAL; what Keap gives in one way only is forced. */
function replicationOf(name: StreamName): Metadata {
  const { changes, inside } = streams[name]
  if (changes) {
    const { column } = changes
    return { 'replication-method': 'INCREMENTAL', 'valid-replication-keys': [column], 'replication-key': column }
  }
  // Nested records come along when the record around them has changed.
  const withOuter = inside && streams[inside.stream as StreamName].changes !== undefined
  return { 'forced-replication-method': withOuter ? 'INCREMENTAL' : 'FULL_TABLE' }
}

function catalogEntry(name: string, own: StreamColumns, key: readonly string[], replication: Metadata): CatalogEntry {
  const automatic = new Set([...key, replication['replication-key']])
  const stream = {
    breadcrumb: [],
    metadata: {
      inclusion: 'available' as const,
      'selected-by-default': true,
      'table-key-properties': [...key],
      ...replication,
    },
  }
  const properties = own.columns.map((column) => ({
    breadcrumb: ['properties', column.name],
    metadata: {
      inclusion: automatic.has(column.name) ? ('automatic' as const) : ('available' as const),
      'selected-by-default': true,
    },
  }))
  return {
    tap_stream_id: name,
    stream: name,
    schema: { ...jsonSchemaOf(own), description: own.description },
    key_properties: [...key],
    metadata: [stream, ...properties],
  }
}
