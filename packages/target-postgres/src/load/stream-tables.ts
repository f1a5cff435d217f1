import type { Log, SchemaMessage } from '@keap-postgres/protocol'
import type pg from 'pg'
import type { Contract, LoadMethod } from '../config.js'
import { type ActualTable, type Change, planChanges } from '../dialect/changes.js'
import type { Column } from '../dialect/column.js'
import type { ColumnType } from '../dialect/column-type.js'
import { columnsOf } from '../dialect/columns.js'
import { describeChange } from '../dialect/ddl.js'
import { compileRowEncoder, type EncodeRow } from '../dialect/encode-row.js'
import { type Clock, rawColumn, recordMetadata } from '../dialect/filled-columns.js'
import { keyIndexOf, qualified, type SchemaChoice, type TableName, tableOf } from '../dialect/identifiers.js'
import { gatheringTable } from '../dialect/replace.js'
import type { CompileValidator, ValidateRecord } from '../validate/record-validator.js'
import { ownDependents } from '../views/dependent-views.js'
import { refuseKey, withoutKey } from './append-only.js'
import { refuseChanges } from './contract.js'
import { findPlace } from './find-place.js'
import { dropGathered } from './replacement.js'
import type { Replacement, StreamTable, TableChange } from './stream-table.js'

/** A stream as it is from now on, and what its table needs first. */
export type Announced = { target: StreamTable; change: TableChange | undefined }

type Options = {
  /** Runs what may be run twice: a connection that is lost meanwhile is made anew. */
  look: <T>(read: (client: pg.Client) => Promise<T>) => Promise<T>
  /** Called before a stream's table is looked at. @throws when it is another run's */
  claim: (stream: string, schema: string) => Promise<void>
  choice: SchemaChoice
  contract: Contract
  loadMethod: LoadMethod
  /** Whether each row gets its whole record, and when it was loaded. */
  add: { raw: boolean; metadata: boolean }
  clock: Clock
  /** Absent: of records only what their columns need is checked. */
  compileValidator: CompileValidator | undefined
  log: Log
}

/** What is known of a stream's table, or will be so once what has been planned is done. */
type Place = {
  table: TableName
  /** `undefined` until the table is planned. */
  actual: ActualTable | undefined
  /** The columns that properties have been given, by property. */
  names: ReadonlyMap<string, string>
  /** Whether the meta schema knows, or will know, whose table it is. */
  isNoted: boolean
  /** Where the rows gather that will replace the table's. */
  gathering: Gathering | undefined
  /** The version that was activated last; of a table whose rows are replaced, in this run. */
  activeVersion: number | undefined
}

type Gathering = { table: TableName; actual: ActualTable | undefined }

/** A stream as its last SCHEMA made it; `fingerprint` tells when the next one says the same. */
type Known = Omit<Wanted, 'stream' | 'columns'> & { target: StreamTable }

type Wanted = {
  stream: string
  fingerprint: string
  place: Place
  key: readonly string[]
  columns: readonly Column[]
  validate: ValidateRecord | undefined
}

/**
 * The streams of a run and their tables. A table is read from the database when its stream is first announced; from then on
 * it is known as planned, since the change that was planned last may still be on its way.
 */
export class StreamTables {
  readonly #options: Options
  readonly #streams = new Map<string, Known>()
  readonly #schemas = new Set<string>()
  readonly #warned = new Set<string>()
  readonly #replacements = new Map<string, Replacement>()

  constructor(options: Options) {
    this.#options = options
  }

  /** The tables whose rows are to be replaced at the end, by the load method. */
  get replacements(): readonly Replacement[] {
    return [...this.#replacements.values()]
  }

  find(stream: string): StreamTable | undefined {
    return this.#streams.get(stream)?.target
  }

  /**
   * Takes a SCHEMA: the stream as it is from now on, and what its table needs first.
   *
   * @returns `undefined` when the stream is as it was
   * @throws {DataError} when the table can't take the stream, or mustn't be changed for it
   */
  async announce({ stream, schema, key_properties }: SchemaMessage): Promise<Announced | undefined> {
    const key = [...new Set(key_properties)]
    const fingerprint = JSON.stringify([schema, key])
    const known = this.#streams.get(stream)
    if (known?.fingerprint === fingerprint) return undefined
    const place = known?.place ?? (await this.#findPlace(stream))
    const own = columnsOf(stream, schema, key, place.names)
    const validate = this.#options.compileValidator?.(stream, schema, own)
    const columns = this.#withAdded(place.table, own)
    if (this.#methodFor(place.table) !== 'append-only') {
      return await this.#plan({ stream, fingerprint, place, key, columns, validate })
    }
    refuseKey(stream, place.table, place.actual)
    return await this.#plan({ stream, fingerprint, place, key: [], columns: withoutKey(columns), validate })
  }

  /**
   * Takes a version as the one that is active from now on.
   *
   * @returns the newer version that is already, when this one is stale
   */
  activate({ stream }: StreamTable, version: number): number | undefined {
    const known = this.#streams.get(stream)
    const active = known?.place.activeVersion
    if (active !== undefined && version < active) return active
    if (known) known.place.activeVersion = version
    const replacement = this.#replacements.get(stream)
    if (replacement) this.#replacements.set(stream, { ...replacement, activeVersion: version })
    return undefined
  }

  /** Forgets what was gathered, when it isn't to replace anything. */
  async dropReplacements(metaSchema: string): Promise<void> {
    const { look } = this.#options
    for (const { target } of this.replacements) await look((client) => dropGathered(client, target.table, metaSchema))
    this.#replacements.clear()
  }

  /**
   * Gives a property a wider column, for a value that its schema allows and its column doesn't.
   *
   * @returns `undefined` when the contract forbids it
   * @throws {DataError} when something stands in the way
   */
  async widen(stream: string, property: string, type: ColumnType): Promise<Announced | undefined> {
    const known = this.#streams.get(stream)
    if (!known || this.#isFrozen(known.place.table)) return undefined
    const columns = known.target.columns.map((column) => (column.property === property ? { ...column, type } : column))
    return await this.#plan({ ...known, stream, columns })
  }

  #withAdded({ schema }: TableName, columns: readonly Column[]): Column[] {
    const { add, choice } = this.#options
    if (schema === choice.metaSchema) return [...columns]
    return [...columns, ...(add.raw ? rawColumn(columns) : []), ...(add.metadata ? recordMetadata : [])]
  }

  async #plan({ stream, fingerprint, place, key, validate, ...wanted }: Wanted): Promise<Announced | undefined> {
    const { table } = place
    const known = this.#streams.get(stream)
    const plan = planChanges(table, place.actual, wanted.columns, key)
    const { columns } = plan
    const changes = await this.#allowed(stream, table, plan.changes)
    if (known && !validate && changes.length === 0 && isSame(known.target.columns, columns)) {
      this.#streams.set(stream, { ...known, fingerprint })
      return undefined
    }
    const onUnknown = (property: string) => this.#warnUnknown(stream, property)
    const encode = compileRowEncoder({ stream, columns, onUnknown, clock: this.#options.clock })
    const target = { stream, table, columns, encode: validate ? validating(validate, encode) : encode }
    const named = columns.filter(({ fill }) => fill === undefined)
    const isNoted = place.isNoted && named.every(({ property, name }) => place.names.get(property) === name)
    const names = new Map([...place.names, ...named.map(({ property, name }) => [property, name] as const)])
    const next = { ...place, actual: plan.table, names, isNoted: true }
    const isNeeded = changes.length > 0 || !isNoted
    const announced = { target, change: isNeeded ? { stream, table, changes, columns } : undefined }
    if (place.gathering) return this.#gather(announced, place.gathering, { fingerprint, key, validate, place: next })
    this.#streams.set(stream, { target, fingerprint, key, validate, place: next })
    return announced
  }

  /** The same stream, with a table of its own for its rows until they replace the others. What those need waits until then. */
  #gather(
    { target: { table: replaces, ...stream }, change }: Announced,
    { table, actual }: Gathering,
    { place, ...wanted }: Omit<Known, 'target'>,
  ): Announced {
    const plan = planChanges(table, actual, stream.columns, wanted.key)
    const target = { ...stream, table, replaces }
    const before = this.#replacements.get(stream.stream)
    const earlier = before?.changes ?? []
    this.#replacements.set(stream.stream, {
      target,
      changes: change ? [...earlier, change] : earlier,
      activeVersion: before?.activeVersion,
    })
    const gathering = { table, actual: plan.table }
    this.#streams.set(stream.stream, { target, ...wanted, place: { ...place, gathering } })
    const { changes, columns } = plan
    const isNeeded = changes.length > 0
    return {
      target,
      change: isNeeded ? { stream: stream.stream, table, changes, columns, isPassing: true } : undefined,
    }
  }

  /** The changes that will be made, the schema's among them. @throws {DataError} when one can't be made, or must not be */
  async #allowed(stream: string, table: TableName, planned: readonly Change[]): Promise<readonly Change[]> {
    const { look, log } = this.#options
    const isMissing = !this.#schemas.has(table.schema)
    const changes: readonly Change[] = isMissing ? [{ kind: 'create schema' }, ...planned] : planned
    if (this.#isFrozen(table)) return refuseChanges(stream, table, changes)
    for (const change of changes) {
      if (change.kind === 'widen') await look((client) => ownDependents(client, table, change.columns))
      if (change.kind !== 'widen' && change.kind !== 'change key') continue
      log.info(
        `${stream}: ${describeChange(change)} of ${qualified(table)}; it is written anew, which may take a while.`,
      )
    }
    this.#schemas.add(table.schema)
    return changes
  }

  /** Into the meta schema's own tables every run only adds rows of its own. */
  #methodFor({ schema }: TableName): LoadMethod {
    const { loadMethod, choice } = this.#options
    return schema === choice.metaSchema ? 'upsert' : loadMethod
  }

  /** The contract is about the data; the meta schema's own tables grow with the program. */
  #isFrozen({ schema }: TableName): boolean {
    const { contract, choice } = this.#options
    return contract === 'freeze' && schema !== choice.metaSchema
  }

  async #findPlace(stream: string): Promise<Place> {
    const { look, claim, choice, log } = this.#options
    await claim(stream, tableOf(stream, choice).schema)
    // Neither the tables of this run's other streams nor their indexes need be there yet.
    const claimed = [...this.#streams.values()].flatMap(({ place: { table } }) => [table, keyIndexOf(table)])
    const { table, found, taken } = await look((client) =>
      findPlace(client, stream, choice, new Set(claimed.map(qualified))),
    )
    if (taken.length > 0) {
      log.warn(`${stream} is loaded into ${qualified(table)}, since ${taken.join(' and ')} is taken by something else.`)
    }
    if (found.schemaExists) this.#schemas.add(table.schema)
    const gathering = this.#methodFor(table) === 'overwrite' ? await this.#openGathering(stream, table) : undefined
    const { names } = found
    const activeVersion = found.table && !gathering ? found.activeVersion : undefined
    return { table, actual: found.table, names, isNoted: found.stream !== undefined, gathering, activeVersion }
  }

  async #openGathering(stream: string, { schema }: TableName): Promise<Gathering> {
    const { look, choice } = this.#options
    const table = gatheringTable(choice.metaSchema, { stream, schema })
    await look((client) => dropGathered(client, table, choice.metaSchema))
    return { table, actual: undefined }
  }

  #warnUnknown(stream: string, property: string): void {
    const key = JSON.stringify([stream, property])
    if (this.#warned.has(key)) return
    this.#warned.add(key)
    this.#options.log.warn(
      `Records of ${stream} have a property "${property}" that their SCHEMA doesn't; it is left out.`,
    )
  }
}

function validating(validate: ValidateRecord, encode: EncodeRow): EncodeRow {
  return (message, line, out) => {
    validate(message, line)
    return encode(message, line, out)
  }
}

/** Whether records become the same rows; the order of columns doesn't matter to that. */
function isSame(a: readonly Column[], b: readonly Column[]): boolean {
  const spell = (columns: readonly Column[]) =>
    columns
      .map((column) => JSON.stringify(column))
      .sort()
      .join()
  return spell(a) === spell(b)
}
