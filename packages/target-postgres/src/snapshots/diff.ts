import { ConfigError, DataError } from '@keap-postgres/protocol'
import type pg from 'pg'
import { readError } from '../db/errors.js'
import { qualified, storableName } from '../dialect/identifiers.js'
import { type Bucketing, chooseBucketing } from './buckets.js'
import { compareDigests, type TableDifference } from './compare-digests.js'
import { CONTENT_VERSION } from './content-hash.js'
import { readStats } from './digest-table.js'
import { nameDifferentRows, type RowSource } from './name-different-rows.js'
import { nameWrittenRows } from './name-written-rows.js'
import { type NamedRows, unnamed } from './named-rows.js'
import { inOneMoment, readSnapshot, type Snapshot } from './read-snapshot.js'
import { readTables, type SnapshotScope, type TableShape } from './read-tables.js'
import type { StoredSnapshot } from './stored-snapshots.js'

/** A side of a comparison: a snapshot that was kept, or a database as it is. */
export type DiffSide =
  | { kind: 'stored'; label: string; snapshot: StoredSnapshot }
  | {
      kind: 'live'
      label: string
      client: pg.Client
      /** Whether it is the database that keeps the snapshots. */
      isHome: boolean
    }

export type Diff = {
  targetSchema: string
  labels: readonly [string, string]
  /** How many tables either side has. */
  tables: number
  differences: readonly (TableDifference & { named: NamedRows })[]
}

type Options = {
  scope: SnapshotScope
  /** How many rows of a table are named. */
  limit: number
  /** The database that keeps the snapshots, to name rows in; needed when a side is a snapshot. */
  home: pg.Client | undefined
}

/**
 * Compares two sides, table by table, then bucket by bucket, then row by row as far as rows are known.
 *
 * @throws {ConfigError} when a database can't be read, or two snapshots can't be compared
 */
export async function diff(a: DiffSide, b: DiffSide, options: Options): Promise<Diff> {
  refuseOtherVersions([a, b])
  const compared = () => compare(a, b, options)
  const clients = new Set([a, b].flatMap((side) => (side.kind === 'live' ? [side.client] : [])))
  if (options.home && [a, b].some(({ kind }) => kind === 'stored')) clients.add(options.home)
  // Around the comparison, a transaction on each connection.
  const inMoments = [...clients].reduce((body, client) => () => inOneMoment(client, body), compared)
  return await inMoments().catch((error) => {
    throw readError(error, 'the tables to compare')
  })
}

/** @returns what a comparison ends with: nothing when both are the same */
export function differenceOf({ differences, tables, labels }: Diff): DataError | undefined {
  if (differences.length === 0) return undefined
  return new DataError(
    `${labels[0]} and ${labels[1]} differ in ${differences.length} of ${tables} tables, named above.`,
  )
}

async function compare(a: DiffSide, b: DiffSide, options: Options): Promise<Diff> {
  const { scope } = options
  const [inA, inB] = await contentsOf(a, b, scope)
  // Two databases may hold one account and have seen different deletions of it.
  const isOneDatabase = [a, b].every((side) => side.kind === 'stored' || side.isHome)
  const found = compareDigests(inA, inB, { withDeleted: isOneDatabase })
  const name = await namer(a, b, options)
  const differences: Diff['differences'][number][] = []
  for (const difference of found) differences.push({ ...difference, named: await name(difference) })
  const names = new Set([...inA.tables, ...inB.tables].map(({ table }) => qualified(table)))
  return { targetSchema: storableName(scope.targetSchema), labels: [a.label, b.label], tables: names.size, differences }
}

/** What both hold, of a live one by the other's buckets. */
async function contentsOf(a: DiffSide, b: DiffSide, scope: SnapshotScope): Promise<readonly [Snapshot, Snapshot]> {
  const read = (side: DiffSide, wanted: ReadonlyMap<string, Bucketing>) =>
    side.kind === 'stored' ? side.snapshot : readSnapshot(side.client, scope, wanted)
  const wanted = await commonBucketing(a, b, scope)
  return await Promise.all([read(a, wanted), read(b, wanted)])
}

async function commonBucketing(a: DiffSide, b: DiffSide, scope: SnapshotScope): Promise<Map<string, Bucketing>> {
  for (const side of [a, b]) {
    if (side.kind === 'stored') {
      return new Map(side.snapshot.tables.map(({ table, bucketing }) => [qualified(table), bucketing]))
    }
  }
  const [inA, inB] = await Promise.all([shapesOf(a, scope), shapesOf(b, scope)])
  const chosen = new Map<string, Bucketing>()
  for (const [name, ofA] of inA) {
    const ofB = inB.get(name)
    if (!ofB) continue
    const stats = await Promise.all([ofA, ofB].map(({ client, shape }) => readStats(client, shape)))
    chosen.set(name, chooseBucketing([ofA.shape, ofB.shape], stats))
  }
  return chosen
}

/** The tables of a live side, by qualified name. */
async function shapesOf(side: DiffSide, scope: SnapshotScope): Promise<Map<string, RowSource>> {
  if (side.kind === 'stored') return new Map()
  const shapes = await readTables(side.client, scope)
  return new Map(shapes.map((shape) => [qualified(shape.table), { client: side.client, shape }]))
}

/** How the rows of a table can be named, by what the two sides are. */
async function namer(
  a: DiffSide,
  b: DiffSide,
  { scope, limit, home }: Options,
): Promise<(difference: TableDifference) => Promise<NamedRows> | NamedRows> {
  if (a.kind === 'live' && b.kind === 'live') {
    const [inA, inB] = await Promise.all([shapesOf(a, scope), shapesOf(b, scope)])
    return (difference) => {
      const name = qualified(difference.table)
      const [ofA, ofB] = [inA.get(name), inB.get(name)]
      return ofA && ofB ? nameDifferentRows([ofA, ofB], difference, limit) : unnamed(undefined)
    }
  }
  const isElsewhere = [a, b].some((side) => side.kind === 'live' && !side.isHome)
  if (!home || isElsewhere)
    return () => unnamed('rows are named in the database that the snapshot is of, or between two')
  const shapes = new Map<string, TableShape>(
    (await readTables(home, scope)).map((shape) => [qualified(shape.table), shape]),
  )
  const [earlier, later] = inOrder(a, b)
  return (difference) =>
    difference.a && difference.b
      ? nameWrittenRows(home, shapes.get(qualified(difference.table)), difference, { earlier, later, limit })
      : unnamed(undefined)
}

/** What the two sides saw, the earlier first; of the database as it is now, nothing. */
function inOrder(a: DiffSide, b: DiffSide): [earlier: string, later: string | undefined] {
  const [first, second] = [a, b]
    .flatMap((side) => (side.kind === 'stored' ? [side.snapshot] : []))
    .sort((x, y) => x.takenAt.getTime() - y.takenAt.getTime())
  return [first?.visible ?? '', second?.visible]
}

function refuseOtherVersions(sides: readonly DiffSide[]): void {
  for (const side of sides) {
    if (side.kind === 'live' || side.snapshot.contentVersion === CONTENT_VERSION) continue
    throw new ConfigError(
      `${side.label} has checksums of version ${side.snapshot.contentVersion}, and this program makes those of version ` +
        `${CONTENT_VERSION}. Take new snapshots: target-postgres snapshot.`,
    )
  }
}
