import { ConfigError } from '@keap-postgres/protocol'
import type pg from 'pg'
import type { ServerChoice } from '../db/choose-connection.js'
import { connect } from '../db/connect.js'
import { readError } from '../db/errors.js'
import { type Diff, type DiffSide, diff } from './diff.js'
import type { DiffOperand } from './diff-operand.js'
import type { SnapshotScope } from './read-tables.js'
import { findSnapshot, newestSnapshots } from './stored-snapshots.js'

type Options = {
  scope: SnapshotScope
  limit: number
  /** Opens the configured server, which isn't needed to compare two others. */
  open: () => Promise<ServerChoice & AsyncDisposable>
}

/**
 * Compares what the command line names: without anything the last two snapshots, with one thing that and the database now.
 *
 * @throws {ConfigError} when there are no such snapshots, or both are the same
 */
export async function runDiff(operands: readonly DiffOperand[], { scope, limit, open }: Options): Promise<Diff> {
  const [first, second = { kind: 'now' } satisfies DiffOperand] = operands
  if (first && JSON.stringify(first) === JSON.stringify(second)) {
    throw new ConfigError('A and B are the same. Give two snapshots, or a snapshot and "now", or two databases.')
  }
  const needsHome = !first || [first, second].some(({ kind }) => kind !== 'database')
  await using server = needsHome ? await open() : undefined
  await using home = server && (await connect(server))
  const [a, b] = first ? [first, second] : await lastTwo(home, scope)
  await using clientA = a.kind === 'database' ? await connect(a.server) : undefined
  await using clientB = b.kind === 'database' ? await connect(b.server) : undefined
  const sideA = await sideOf(a, { scope, home, client: clientA })
  const sideB = await sideOf(b, { scope, home, client: clientB })
  return await diff(sideA, sideB, { scope, limit, home })
}

type Clients = { scope: SnapshotScope; home: pg.Client | undefined; client: pg.Client | undefined }

async function sideOf(operand: DiffOperand, { scope, home, client }: Clients): Promise<DiffSide> {
  if (operand.kind === 'database') return liveSide(client, operand.label, false)
  if (operand.kind === 'now') return liveSide(home, 'the database now', true)
  const snapshot = home && (await findSnapshot(home, scope.metaSchema, operand.id).catch(explain))
  if (snapshot) {
    const at = snapshot.takenAt.toISOString()
    return { kind: 'stored', label: `snapshot ${operand.id} (${at})`, snapshot }
  }
  const known = home ? await newestSnapshots(home, scope, 5).catch(explain) : []
  const newest =
    known.length > 0 ? `the newest are ${known.join(', ')}` : 'there are none yet: target-postgres snapshot'
  throw new ConfigError(`There is no snapshot ${operand.id} in ${scope.metaSchema}; ${newest}.`)
}

function liveSide(client: pg.Client | undefined, label: string, isHome: boolean): DiffSide {
  if (!client) throw new Error(`${label} was not opened`)
  return { kind: 'live', label, client, isHome }
}

async function lastTwo(home: pg.Client | undefined, scope: SnapshotScope): Promise<[DiffOperand, DiffOperand]> {
  const [later, earlier] = home ? await newestSnapshots(home, scope, 2).catch(explain) : []
  if (earlier !== undefined && later !== undefined) {
    return [
      { kind: 'snapshot', id: earlier },
      { kind: 'snapshot', id: later },
    ]
  }
  throw new ConfigError(
    `There ${later === undefined ? 'is no snapshot' : 'is only one snapshot'} of ${scope.targetSchema} to compare. ` +
      'Take one with target-postgres snapshot, or name two databases.',
  )
}

function explain(error: unknown): never {
  throw readError(error, 'the snapshots')
}
