import { DataError, type Log, type SchemaMessage } from '@keap-postgres/protocol'
import type pg from 'pg'
import { type ActualTable, type Change, planChanges } from '../dialect/changes.js'
import { type Column, columnsOf } from '../dialect/columns.js'
import { ddl, describeChange } from '../dialect/ddl.js'
import { compileRowEncoder, type EncodeRow } from '../dialect/encode-row.js'
import { qualified, type SchemaChoice, type TableName, tableOf } from '../dialect/identifiers.js'
import type { SchemaChangeEntry } from '../meta/runs.js'
import { readTable, schemaExists } from './read-table.js'

/** A stream that has announced its schema, and where its records go. */
export type StreamTable = { stream: string; table: TableName; columns: readonly Column[]; encode: EncodeRow }

/** What the loader itself writes; a stream of that name would spoil it. */
const OWN_TABLES = ['batches', 'bookmarks', 'migrations', 'runs', 'schema_changes', 'view_columns']

type Options = { client: pg.Client; choice: SchemaChoice; log: Log }

/**
 * The streams of a run and their tables. A table is read from the database when its stream is first announced; from then on
 * it is known as planned, since the change that was planned last may still be on its way.
 */
export class StreamTables {
  readonly #client: pg.Client
  readonly #choice: SchemaChoice
  readonly #log: Log
  readonly #streams = new Map<string, StreamTable & { fingerprint: string; actual: ActualTable }>()
  readonly #schemas = new Set<string>()
  readonly #warned = new Set<string>()

  constructor({ client, choice, log }: Options) {
    this.#client = client
    this.#choice = choice
    this.#log = log
  }

  find(stream: string): StreamTable | undefined {
    return this.#streams.get(stream)
  }

  /**
   * Takes a SCHEMA: the stream as it is from now on, and the statements that its table needs first.
   *
   * @returns `undefined` when the stream is as it was
   * @throws {DataError} when the table can't take the stream
   */
  async announce(message: SchemaMessage): Promise<{ target: StreamTable; changes: SchemaChangeEntry[] } | undefined> {
    const { stream, schema } = message
    const key = [...new Set(message.key_properties)]
    const fingerprint = JSON.stringify([schema, key])
    const known = this.#streams.get(stream)
    if (known?.fingerprint === fingerprint) return undefined
    const table = tableOf(stream, this.#choice)
    this.#checkOwner(stream, table)
    const wanted = columnsOf(stream, schema, key)
    const plan = planChanges(table, known?.actual ?? (await readTable(this.#client, table)), wanted, key)
    const onUnknown = (property: string) => this.#warnUnknown(stream, property)
    const encode = compileRowEncoder({ stream, columns: plan.columns, onUnknown })
    const target = { stream, table, columns: plan.columns, encode }
    const changes = [...(await this.#schemaChange(table)), ...plan.changes]
    this.#streams.set(stream, { ...target, fingerprint, actual: plan.table })
    return {
      target,
      changes: changes.map((change) => ({ stream, table, change: describeChange(change), ddl: ddl(table, change) })),
    }
  }

  async #schemaChange({ schema }: TableName): Promise<Change[]> {
    if (this.#schemas.has(schema)) return []
    this.#schemas.add(schema)
    return (await schemaExists(this.#client, schema)) ? [] : [{ kind: 'create schema' }]
  }

  #checkOwner(stream: string, table: TableName): void {
    const name = qualified(table)
    if (table.schema === this.#choice.metaSchema && OWN_TABLES.includes(table.table)) {
      throw new DataError(
        `The stream ${stream} would be loaded into ${name}, which is the loader's own. Rename the stream.`,
      )
    }
    for (const other of this.#streams.values()) {
      if (other.stream === stream || qualified(other.table) !== name) continue
      throw new DataError(
        `The streams ${other.stream} and ${stream} would both be loaded into ${name}. ` +
          'Rename one of them, or leave default_target_schema unset so that their prefixes keep them apart.',
      )
    }
  }

  #warnUnknown(stream: string, property: string): void {
    const key = JSON.stringify([stream, property])
    if (this.#warned.has(key)) return
    this.#warned.add(key)
    this.#log.warn(`Records of ${stream} have a property "${property}" that their SCHEMA doesn't; it is left out.`)
  }
}
