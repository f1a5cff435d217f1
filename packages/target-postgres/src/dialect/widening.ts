import type { ColumnType } from './column-type.js'
import { ident } from './identifiers.js'

/** A column whose type becomes wider; `from` as Postgres' `format_type` spells it. */
export type Widening = { column: string; from: string; to: ColumnType }

/** Our type for a type of Postgres', and whether it holds all that ours holds: `integer` is a narrow `bigint`. */
type Stored = { type: ColumnType; isWhole: boolean }

const OURS: Readonly<Record<string, ColumnType>> = {
  bigint: 'bigint',
  boolean: 'boolean',
  'character varying': 'text',
  date: 'date',
  jsonb: 'jsonb',
  numeric: 'numeric',
  text: 'text',
  time: 'time',
  'time without time zone': 'time',
  'timestamp with time zone': 'timestamptz',
  timestamptz: 'timestamptz',
  uuid: 'uuid',
}

/** Types that would refuse or round values, each to be widened to one of ours. */
const NARROWER: readonly (readonly [RegExp, ColumnType])[] = [
  [/^(smallint|integer)$/, 'bigint'],
  [/^(real|double precision|numeric\(.*\))$/, 'numeric'],
  [/^character varying\(.*\)$/, 'text'],
  [/^time\(\d\) without time zone$/, 'time'],
  [/^timestamp\(\d\) with time zone$/, 'timestamptz'],
  [/^(json|.*\[\])$/, 'jsonb'],
]

const OF_STRINGS: ReadonlySet<ColumnType> = new Set(['date', 'text', 'time', 'timestamptz', 'uuid'])

/**
 * The type that a column must have to keep the values it holds and to take what is wanted: its own, if that does.
 *
 * @param stored the column's type as `format_type` spells it
 * @returns `undefined` when nothing that is known here keeps its values
 */
export function widened(stored: string, wanted: ColumnType): { type: ColumnType; isChange: boolean } | undefined {
  const actual = storedAs(stored)
  if (!actual) return undefined
  const type = join(actual.type, wanted)
  return { type, isChange: type !== actual.type || !actual.isWhole }
}

/** Whether two spellings mean one type: Postgres says `timestamp with time zone` for what was made as `timestamptz`. */
export function isSameType(a: string, b: string): boolean {
  return (OURS[a] ?? a) === (OURS[b] ?? b)
}

/** The expression that makes a widened column's values of what it held, the same whatever the session's settings. */
export function wideningExpression({ column, from, to }: Widening): string {
  const name = ident(column)
  const text = from.startsWith('character varying') ? `${name}::text` : `to_jsonb(${name}) #>> '{}'`
  switch (to) {
    case 'jsonb':
      return from === 'json' ? `${name}::jsonb` : `to_jsonb(${name})`
    case 'text':
      return text
    case 'numeric':
      // Postgres' own cast rounds a double to 15 digits; as text it has all that it takes to tell it from others.
      return /^(real|double precision)$/.test(from) ? `(${text})::numeric` : `${name}::numeric`
    case 'timestamptz':
      // What a record's date is in such a column too: its midnight, UTC.
      return from === 'date' ? `${name}::timestamp at time zone 'UTC'` : `${name}::timestamptz`
    default:
      return `${name}::${to}`
  }
}

function storedAs(type: string): Stored | undefined {
  const ours = OURS[type]
  if (ours) return { type: ours, isWhole: true }
  const narrower = NARROWER.find(([pattern]) => pattern.test(type))
  return narrower && { type: narrower[1], isWhole: false }
}

/** The narrowest type that keeps the values of both: a scalar as the text that says the same, all else as its JSON. */
function join(a: ColumnType, b: ColumnType): ColumnType {
  const both: ReadonlySet<ColumnType> = new Set([a, b])
  const are = (...types: ColumnType[]) => [...both].every((type) => types.includes(type))
  if (a === b) return a
  if (both.has('jsonb')) return 'jsonb'
  if (both.has('text')) return 'text'
  if (are('bigint', 'numeric')) return 'numeric'
  if (are('date', 'timestamptz')) return 'timestamptz'
  return are(...OF_STRINGS) ? 'text' : 'jsonb'
}
