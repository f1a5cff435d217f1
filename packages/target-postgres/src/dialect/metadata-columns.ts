import type { ColumnType } from './column-type.js'
import { recordMetadata } from './filled-columns.js'

/** What every stream's table has beside the stream's own columns. */
export const metadataColumns = [
  /** The record's `time_extracted`. */
  { name: '_sdc_extracted_at', type: 'timestamptz' },
  /** When the batch that last changed the row was loaded. */
  { name: '_sdc_batched_at', type: 'timestamptz' },
  /** When the row was found to be gone at the source. */
  { name: '_sdc_deleted_at', type: 'timestamptz' },
  /** The version that came with the record which last changed the row. */
  { name: '_sdc_table_version', type: 'bigint' },
  /** Of the record that last changed the row: a record of the same hash changes nothing. */
  { name: '_sdc_record_hash', type: 'uuid' },
] as const satisfies readonly { name: string; type: ColumnType }[]

/** The number of a row among those of its stream in a batch; in no table. */
export const SEQUENCE_COLUMN = '_sdc_batch_seq'

/** The one metadata column that a record fills: a log-based tap sends it as a property. */
export const DELETION_MARK = '_sdc_deleted_at'

/**
 * The names that no property's column gets: those of the metadata columns, and of those that can be asked for, so that
 * a property never stands where such a column belongs. A property of such a name is kept, in a column of another.
 */
export const reservedColumns: readonly string[] = [
  ...metadataColumns.map((column) => column.name),
  SEQUENCE_COLUMN,
  ...recordMetadata.map((column) => column.name),
]
