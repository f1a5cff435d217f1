import { qualified, type TableName } from './identifiers.js'

/** Of a stream without a key: marks the rows that a complete scan ($1 is its version) did not hold. Rows of that version or a newer one are left. */
export function markOlderVersions(table: TableName): string {
  return `update ${qualified(table)}
set _sdc_deleted_at = statement_timestamp()
where (_sdc_table_version is null or _sdc_table_version < $1)
  and _sdc_deleted_at is null`
}

/** Of a stream without a key: removes the rows that a complete scan ($1 is its version) did not hold, also those marked before. */
export function deleteOlderVersions(table: TableName): string {
  return `delete from ${qualified(table)}
where _sdc_table_version is null or _sdc_table_version < $1`
}
