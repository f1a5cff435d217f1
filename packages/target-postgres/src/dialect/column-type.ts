import { type JsonSchema, typesOf } from '@keap-postgres/protocol'
import { resolveRef } from './resolve-ref.js'

/** The column types that are created and written. */
export type ColumnType = 'bigint' | 'boolean' | 'date' | 'jsonb' | 'numeric' | 'text' | 'time' | 'timestamptz' | 'uuid'

/**
 * What a JSON value can be, as far as columns tell it apart. `huge` is an integer of more than 64 bits, `text` a string of
 * no format that is known here. Null is none of these: every column takes it.
 */
type Kind =
  | 'array'
  | 'boolean'
  | 'date'
  | 'date-time'
  | 'fraction'
  | 'huge'
  | 'integer'
  | 'object'
  | 'text'
  | 'time'
  | 'uuid'
type Kinds = ReadonlySet<Kind>

const FORMATS = ['date', 'date-time', 'time', 'uuid'] as const satisfies Kind[]
const STRINGS: Kinds = new Set([...FORMATS, 'text'])
const NUMBERS: Kinds = new Set(['integer', 'huge', 'fraction'])
const EVERYTHING: Kinds = new Set([...NUMBERS, ...STRINGS, 'array', 'boolean', 'object'])

/** What each column type holds, the narrowest first; `jsonb` holds everything. */
const HOLDS: readonly (readonly [ColumnType, Kinds])[] = [
  ['boolean', new Set(['boolean'])],
  ['bigint', new Set(['integer'])],
  ['numeric', NUMBERS],
  ['timestamptz', new Set(['date-time'])],
  ['date', new Set(['date'])],
  ['time', new Set(['time'])],
  ['uuid', new Set(['uuid'])],
  ['text', STRINGS],
]

/** 2^63. What a double makes of 2^63 - 1 is the same, so only what is beyond says more than 64 bits. */
const BIGINT_LIMIT = 2 ** 63

/**
 * Tells the column type of each property of a stream: the narrowest that holds every value its schema allows. Keywords side
 * by side must all be met; those that say nothing about a value's kind are passed over.
 *
 * @param root the stream's schema, in which a `$ref` is looked up
 */
export function columnTypes(root: JsonSchema): (property: JsonSchema) => ColumnType {
  const refs = new Map<string, Kinds>()

  function kindsOf(schema: JsonSchema): Kinds {
    const { $ref, anyOf, oneOf, allOf = [] } = schema
    const said = [kindsOfTypes(schema), kindsOfFormat(schema.format), kindsOfValues(schema)]
    if ($ref !== undefined) said.push(kindsOfRef($ref))
    for (const branches of [anyOf, oneOf]) if (branches) said.push(union(branches.map(kindsOf)))
    return intersection([...said, ...allOf.map(kindsOf)])
  }

  function kindsOfRef(ref: string): Kinds {
    const known = refs.get(ref)
    if (known) return known
    // What a schema says of itself, in a circle, rules nothing out.
    refs.set(ref, EVERYTHING)
    const target = resolveRef(ref, root)
    const kinds = target ? kindsOf(target) : EVERYTHING
    refs.set(ref, kinds)
    return kinds
  }

  return (property) => narrowest(kindsOf(property))
}

function kindsOfTypes(schema: JsonSchema): Kinds {
  if (schema.type === undefined) return EVERYTHING
  return union(typesOf(schema).map((type) => kindsOfType(type, schema)))
}

function kindsOfType(type: string, { minimum = 0, maximum = 0 }: JsonSchema): Kinds {
  switch (type) {
    case 'integer': {
      const isHuge = maximum > BIGINT_LIMIT || minimum < -BIGINT_LIMIT
      return new Set<Kind>(isHuge ? ['integer', 'huge'] : ['integer'])
    }
    case 'number':
      return NUMBERS
    case 'string':
      return STRINGS
    case 'boolean':
    case 'object':
    case 'array':
      return new Set([type])
    default:
      return EVERYTHING
  }
}

/** A format speaks of strings alone. One that has no column type of its own rules nothing out. */
function kindsOfFormat(format: string | undefined): Kinds {
  const known = FORMATS.find((name) => name === format)
  if (!known) return EVERYTHING
  return new Set([...EVERYTHING].filter((kind) => kind === known || !STRINGS.has(kind)))
}

function kindsOfValues(schema: JsonSchema): Kinds {
  const values = schema.enum ?? (schema.const === undefined ? undefined : [schema.const])
  return values ? union(values.map(kindsOfValue)) : EVERYTHING
}

function kindsOfValue(value: unknown): Kinds {
  if (value === null) return new Set()
  if (typeof value === 'string') return STRINGS
  if (typeof value === 'boolean') return new Set(['boolean'])
  if (typeof value !== 'number') return new Set([Array.isArray(value) ? 'array' : 'object'])
  if (!Number.isInteger(value)) return new Set(['fraction'])
  return new Set(Math.abs(value) > BIGINT_LIMIT ? ['huge'] : ['integer'])
}

/** Nothing but null is a property of which more may come to be known: `jsonb` too. */
function narrowest(kinds: Kinds): ColumnType {
  if (kinds.size === 0) return 'jsonb'
  return HOLDS.find(([, held]) => [...kinds].every((kind) => held.has(kind)))?.[0] ?? 'jsonb'
}

function union(all: readonly Kinds[]): Kinds {
  return new Set(all.flatMap((kinds) => [...kinds]))
}

function intersection(all: readonly Kinds[]): Kinds {
  return new Set([...EVERYTHING].filter((kind) => all.every((kinds) => kinds.has(kind))))
}
