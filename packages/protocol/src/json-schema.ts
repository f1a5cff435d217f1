import { z } from 'zod'

/**
 * The part of JSON Schema that taps use to describe a stream. Other keywords are carried along and not read.
 * A property may be `true` or `{}`: any value.
 */
export type JsonSchema = {
  type?: string | string[] | undefined
  format?: string | undefined
  description?: string | undefined
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

const schemas = z.lazy(() => z.array(JsonSchema))
const named = z.lazy(() => z.record(z.string(), JsonSchema))

export const JsonSchema: z.ZodType<JsonSchema> = z.preprocess(
  (value) => (value === true ? {} : value),
  z.looseObject({
    type: z.union([z.string(), z.array(z.string())]).optional(),
    format: z.string().optional(),
    description: z.string().optional(),
    properties: named.optional(),
    required: z.array(z.string()).optional(),
    items: z.lazy(() => z.union([JsonSchema, z.array(JsonSchema)])).optional(),
    anyOf: schemas.optional(),
    oneOf: schemas.optional(),
    allOf: schemas.optional(),
    $ref: z.string().optional(),
    $defs: named.optional(),
    definitions: named.optional(),
  }),
)

/** The types a schema names, without `null`; empty when it names none. */
export function typesOf(schema: JsonSchema): string[] {
  const types = Array.isArray(schema.type) ? schema.type : schema.type === undefined ? [] : [schema.type]
  return types.filter((type) => type !== 'null')
}
