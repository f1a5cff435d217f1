import type { Change } from '../dialect/changes.js'
import type { Column } from '../dialect/column.js'
import type { EncodeRow } from '../dialect/encode-row.js'
import type { TableName } from '../dialect/identifiers.js'

/** A stream that has announced its schema, and where its records go. */
export type StreamTable = {
  stream: string
  table: TableName
  columns: readonly Column[]
  encode: EncodeRow
  /** The table whose rows those of `table` are to replace when the run ends well; absent where they are loaded at once. */
  replaces?: TableName
}

/** What a stream's table needs before the rows that come after it: changes, and names to remember. */
export type TableChange = {
  stream: string
  table: TableName
  changes: readonly Change[]
  /** The stream's columns once the changes are made. */
  columns: readonly Column[]
  /** The table is the loader's own, and gone before the run ends: nothing of it is noted. */
  isPassing?: boolean
}

/** A table whose rows a run replaces by its own, which it has gathered beside it. */
export type Replacement = {
  /** The stream as its last SCHEMA made it; its `table` is the gathered rows', `replaces` the table that gets them. */
  target: StreamTable & { replaces: TableName }
  /** What the replaced table needs first. */
  changes: readonly TableChange[]
  /** The version that the run has activated, if one. */
  activeVersion: number | undefined
}
