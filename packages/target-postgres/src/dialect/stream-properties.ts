import type { JsonSchema } from '@keap-postgres/protocol'
import { resolveRef } from './resolve-ref.js'

/** The properties of a stream's records, in order, also where the schema has them behind `$ref`, `allOf`, `anyOf` or `oneOf`. */
export function streamProperties(root: JsonSchema): ReadonlyMap<string, JsonSchema> {
  return propertiesOf(root, root, [])
}

function propertiesOf(schema: JsonSchema, root: JsonSchema, refs: readonly string[]): ReadonlyMap<string, JsonSchema> {
  const { $ref, allOf = [], anyOf = [], oneOf = [] } = schema
  const of = (part: JsonSchema) => propertiesOf(part, root, refs)
  const target = $ref === undefined || refs.includes($ref) ? undefined : resolveRef($ref, root)
  return merge('allOf', [
    new Map(Object.entries(schema.properties ?? {})),
    ...(target && $ref !== undefined ? [propertiesOf(target, root, [...refs, $ref])] : []),
    ...allOf.map(of),
    merge('anyOf', [...anyOf, ...oneOf].map(of)),
  ])
}

/** A property that stands in several places is what all of them, or any of them, say. */
function merge(
  how: 'allOf' | 'anyOf',
  parts: readonly ReadonlyMap<string, JsonSchema>[],
): ReadonlyMap<string, JsonSchema> {
  const all = new Map<string, JsonSchema[]>()
  for (const [name, schema] of parts.flatMap((part) => [...part])) all.set(name, [...(all.get(name) ?? []), schema])
  const one = (schemas: JsonSchema[]): JsonSchema => (schemas.length === 1 && schemas[0]) || { [how]: schemas }
  return new Map([...all].map(([name, schemas]) => [name, one(schemas)]))
}
