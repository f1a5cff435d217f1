import { z } from 'zod'

/**
 * The part of JSON Schema that taps use to describe a stream. Other keywords are carried along and not read. Whatever
 * stands in a schema's place and isn't an object (`true`) is `{}`: any value.
 */
export type JsonSchema = {
  type?: string | string[] | undefined
  format?: string | undefined
  description?: string | undefined
  const?: unknown
  enum?: unknown[] | undefined
  minimum?: number | undefined
  maximum?: number | undefined
  properties?: Record<string, JsonSchema> | undefined
  required?: string[] | undefined
  items?: JsonSchema | JsonSchema[] | undefined
  anyOf?: JsonSchema[] | undefined
  oneOf?: JsonSchema[] | undefined
  allOf?: JsonSchema[] | undefined
  $ref?: string | undefined
  $defs?: Record<string, JsonSchema> | undefined
  definitions?: Record<string, JsonSchema> | undefined
  [keyword: string]: unknown
}

const schema = z.lazy(() => z.preprocess((value) => (isObject(value) ? value : {}), JsonSchema))
const schemas = z.array(schema)
// Not z.record: it drops a property of the name "__proto__".
const named = z
  .custom<Record<string, unknown>>(isObject)
  .transform((all) => Object.fromEntries(Object.entries(all).map(([name, value]) => [name, schema.parse(value)])))

export const JsonSchema: z.ZodType<JsonSchema> = z.looseObject({
  type: keyword(z.union([z.string(), z.array(z.string())])),
  format: keyword(z.string()),
  description: keyword(z.string()),
  enum: keyword(z.array(z.unknown())),
  minimum: keyword(z.number()),
  maximum: keyword(z.number()),
  properties: keyword(named),
  required: keyword(z.array(z.string())),
  items: keyword(z.union([schemas, schema])),
  anyOf: keyword(schemas),
  oneOf: keyword(schemas),
  allOf: keyword(schemas),
  $ref: keyword(z.string()),
  $defs: keyword(named),
  definitions: keyword(named),
})

/** The types a schema names, without `null`; empty when it names none. */
export function typesOf(schema: JsonSchema): string[] {
  const types = Array.isArray(schema.type) ? schema.type : schema.type === undefined ? [] : [schema.type]
  return types.filter((type) => type !== 'null')
}

/** A keyword in a form that JSON Schema doesn't have, as draft 3's `required: true`, says nothing. */
function keyword<T>(form: z.ZodType<T>) {
  return form.optional().catch(undefined)
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
