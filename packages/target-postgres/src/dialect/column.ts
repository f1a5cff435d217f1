import type { ColumnType } from './column-type.js'

/** A property of a stream and the column it goes to; or, with `fill`, a column that is filled by something else. */
export type Column = { property: string; name: string; type: ColumnType; isKey: boolean; fill?: Fill }

/**
 * Columns that no property of a record fills, and that a setting asks for. `record`: the whole record. The others are
 * Meltano's record metadata, by the names that its SDK gives them.
 */
type Fill = 'record' | 'received_at' | 'sequence' | 'sync_started_at'
