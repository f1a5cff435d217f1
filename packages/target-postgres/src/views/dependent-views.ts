import { DataError } from '@keap-postgres/protocol'
import type pg from 'pg'
import { ident, qualified, type TableName } from '../dialect/identifiers.js'
import type { Widening } from '../dialect/widening.js'
import { viewSchemas } from './plan-views.js'
import { literal } from './planned-view.js'
import { recordTypes } from './record-types.js'
import { readViewFiles } from './view-files.js'

/** A view that is built upon a column, and what it takes to give it back to those who used it. */
export type DependentView = {
  view: TableName
  /** As `pg_class.relkind` spells it: `v` is a view, `m` a materialized one, anything else has a rule. */
  kind: string
  owner: string
  /** Statements that grant what the view's users had. */
  grants: string[]
}

/**
 * The product's own views that are built upon columns to be widened, in the order in which they can be dropped. Postgres
 * changes no column's type under a view.
 *
 * @throws {DataError} when a view of the user's is among them: which, and what to do
 */
export async function ownDependents(
  client: pg.Client,
  table: TableName,
  widenings: readonly Widening[],
): Promise<DependentView[]> {
  const dependents = await readDependents(
    client,
    table,
    widenings.map(({ column }) => column),
  )
  const own = await ownViewNames()
  const { views } = viewSchemas(table.schema)
  const foreign = dependents.filter(({ view, kind }) => kind !== 'v' || view.schema !== views || !own.has(view.table))
  if (foreign.length === 0) return dependents
  const [is, it, them] = foreign.length === 1 ? ['is', 'it is', 'it'] : ['are', 'they are', 'them']
  throw new DataError(
    `${widenings.map((widening) => spell(table, widening)).join('; ')}; but ${foreign.map(named).join(' and ')} ${is} built ` +
      `upon it, and Postgres changes no column's type under a view. Keep what ${it} (${foreign.map(definition).join('; ')}), ` +
      `then run: ${foreign.map(removal).join('; ')}; load again, and make ${them} anew.`,
  )
}

async function ownViewNames(): Promise<ReadonlySet<string>> {
  const files = await readViewFiles()
  return new Set([...files.map(({ name }) => name), ...Object.keys(recordTypes).map((stream) => `${stream}_wide`)])
}

/** Views upon the columns, and views upon those, those last made first. */
async function readDependents(
  client: pg.Client,
  table: TableName,
  columns: readonly string[],
): Promise<DependentView[]> {
  const { rows } = await client.query<DependentView>(
    `
    with recursive built as (
      select r.ev_class as oid, 1 as depth
      from pg_depend as d
      join pg_rewrite as r on r.oid = d.objid
      join pg_attribute as a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid
      where d.classid = 'pg_rewrite'::regclass
        and d.refclassid = 'pg_class'::regclass
        and d.refobjid = to_regclass($1)
        and a.attname = any ($2)
        and r.ev_class <> d.refobjid
      union
      select r.ev_class, built.depth + 1
      from built
      join pg_depend as d on d.refobjid = built.oid
      join pg_rewrite as r on r.oid = d.objid
      where d.classid = 'pg_rewrite'::regclass
        and d.refclassid = 'pg_class'::regclass
        and r.ev_class <> d.refobjid
    )
    select
      json_build_object('schema', n.nspname, 'table', c.relname) as view,
      c.relkind::text as kind,
      pg_get_userbyid(c.relowner) as owner,
      (
        select coalesce(json_agg(format(
          'grant %s on %I.%I to %s%s',
          privilege_type,
          n.nspname,
          c.relname,
          case grantee when 0 then 'public' else quote_ident(pg_get_userbyid(grantee)) end,
          case when is_grantable then ' with grant option' else '' end
        )), '[]')
        from aclexplode(c.relacl)
        where grantee <> c.relowner
      ) as grants
    from built
    join pg_class as c on c.oid = built.oid
    join pg_namespace as n on n.oid = c.relnamespace
    group by c.oid, n.nspname
    order by max(built.depth) desc
    `,
    [qualified(table), columns],
  )
  return rows
}

function spell(table: TableName, { column, from, to }: Widening): string {
  return `The column ${qualified(table)}.${ident(column)} is ${from}, the stream needs ${to}`
}

const KINDS: Readonly<Record<string, string>> = { v: 'view', m: 'materialized view' }

function named({ view, kind }: DependentView): string {
  return `the ${KINDS[kind] ?? 'rule of the table'} ${qualified(view)}`
}

function definition({ view, kind }: DependentView): string {
  return KINDS[kind]
    ? `select pg_get_viewdef(${literal(qualified(view))}::regclass)`
    : `select definition from pg_rules where tablename = ${literal(view.table)}`
}

function removal({ view, kind }: DependentView): string {
  return KINDS[kind] ? `drop ${KINDS[kind]} ${qualified(view)}` : `drop the rule of ${qualified(view)}`
}
