import type { ColumnType } from './column-type.js'

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
] as const satisfies readonly { name: string; type: ColumnType }[]

/** The metadata that travels with each row; the batch's time is the same for all and comes with the merge. */
export const rowMetadata = metadataColumns.filter((column) => column.name !== '_sdc_batched_at')

/** Counts the rows of a staging table, which Postgres keeps in no order: the last record of a key wins. */
export const SEQUENCE_COLUMN = '_sdc_batch_seq'

/** The one metadata column that a record fills: a log-based tap sends it as a property. */
export const DELETION_MARK = '_sdc_deleted_at'

/**
 * The names that no property's column gets: those of the metadata columns, and of what other Singer targets add, so that
 * a property never stands where such a column belongs. A property of such a name is kept, in a column of another.
 */
export const reservedColumns: readonly string[] = [
  ...metadataColumns.map((column) => column.name),
  SEQUENCE_COLUMN,
  '_sdc_received_at',
  '_sdc_sequence',
  '_sdc_sync_started_at',
]
