import { type JsonSchema, typesOf } from '@keap-postgres/protocol'

/** The column types that are created and written. */
export type ColumnType = 'bigint' | 'boolean' | 'date' | 'jsonb' | 'numeric' | 'text' | 'time' | 'timestamptz' | 'uuid'

/** Types that a JSON string becomes; side by side they are text, which holds them all. */
const OF_STRINGS: ReadonlySet<ColumnType> = new Set(['date', 'text', 'time', 'timestamptz', 'uuid'])

/**
 * The column type for a property: the narrowest that holds every value the schema allows, `jsonb` when only that does.
 *
 * @param root the stream's schema, in which a `$ref` is looked up
 */
export function columnType(property: JsonSchema, root: JsonSchema): ColumnType {
  return widest(possibleTypes(property, root, []) ?? [])
}

/** What a value may become; `undefined` when the schema says nothing about that. */
function possibleTypes(schema: JsonSchema, root: JsonSchema, refs: readonly string[]): ColumnType[] | undefined {
  if (schema.$ref !== undefined) return referredTypes(schema.$ref, root, refs)
  if (schema.type !== undefined) return typesOf(schema).map((type) => typeFor(type, schema.format))
  const branches = [...(schema.anyOf ?? []), ...(schema.oneOf ?? [])]
  if (branches.length > 0) return branches.flatMap((branch) => possibleTypes(branch, root, refs) ?? ['jsonb'])
  // In allOf a branch that only describes or constrains takes nothing away from what the others say.
  return schema.allOf?.flatMap((branch) => possibleTypes(branch, root, refs) ?? [])
}

function referredTypes(ref: string, root: JsonSchema, refs: readonly string[]): ColumnType[] | undefined {
  const target = refs.includes(ref) ? undefined : resolveRef(ref, root)
  return target && possibleTypes(target, root, [...refs, ref])
}

/** The part of `root` that a local JSON pointer (`#/definitions/money`) names. */
function resolveRef(ref: string, root: JsonSchema): JsonSchema | undefined {
  if (!ref.startsWith('#/')) return undefined
  let part: unknown = root
  for (const step of ref.slice(2).split('/')) {
    const key = step.replaceAll('~1', '/').replaceAll('~0', '~')
    part = isObject(part) && Object.hasOwn(part, key) ? part[key] : undefined
  }
  return isObject(part) ? part : undefined
}

function typeFor(type: string, format: string | undefined): ColumnType {
  switch (type) {
    case 'integer':
      return 'bigint'
    case 'number':
      return 'numeric'
    case 'boolean':
      return 'boolean'
    case 'string':
      return typeForFormat(format)
    default:
      return 'jsonb'
  }
}

function typeForFormat(format: string | undefined): ColumnType {
  switch (format) {
    case 'date-time':
      return 'timestamptz'
    case 'date':
    case 'time':
    case 'uuid':
      return format
    default:
      return 'text'
  }
}

function widest(types: readonly ColumnType[]): ColumnType {
  const [first = 'jsonb', ...others] = new Set(types)
  if (others.length === 0) return first
  if (types.every((type) => type === 'bigint' || type === 'numeric')) return 'numeric'
  return types.every((type) => OF_STRINGS.has(type)) ? 'text' : 'jsonb'
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
