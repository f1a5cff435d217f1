import { z } from 'zod'
import { JsonSchema } from './json-schema.js'
import type { JsonObjectText, JsonText } from './json-text.js'

/** Announces a stream: its columns and key. Comes before the stream's first record, and again when the schema changes. */
export const SchemaMessage = z.object({
  type: z.literal('SCHEMA'),
  stream: z.string(),
  schema: JsonSchema,
  // Required by the specification, left out by some taps.
  key_properties: z
    .array(z.string())
    .nullish()
    .transform((keys) => keys ?? []),
  bookmark_properties: z.array(z.string()).nullish().transform(absentIfNull).optional(),
})
export type SchemaMessage = z.infer<typeof SchemaMessage>

/** One row. `record` holds each property's text as it was sent; `time_extracted` is RFC 3339. */
export type RecordMessage = {
  type: 'RECORD'
  stream: string
  record: JsonObjectText
  version?: number | undefined
  time_extracted?: string | undefined
}

/** How far the tap has come. `value` is the text of any JSON value; a target hands it back and never reads it. */
export const StateMessage = z.object({ type: z.literal('STATE'), value: z.custom<JsonText>(isString, 'a value') })
export type StateMessage = z.infer<typeof StateMessage>

/** Ends a complete scan: rows of the stream that carry an older version, or none, are gone at the source. */
export const ActivateVersionMessage = z.object({
  type: z.literal('ACTIVATE_VERSION'),
  stream: z.string(),
  version: z.int(),
})
export type ActivateVersionMessage = z.infer<typeof ActivateVersionMessage>

/** Many records at once, in files; an extension of Meltano's SDK. Each file has a record a line, and not a message. */
export const BatchMessage = z.object({
  type: z.literal('BATCH'),
  stream: z.string(),
  encoding: z.object({
    /** `jsonl`, or what else a tap and its target agree on. */
    format: z.string(),
    /** `gzip` or `none`. */
    compression: z.string().nullish().transform(absentIfNull).optional(),
  }),
  /** URLs of the files. */
  manifest: z.array(z.string()),
  version: z.int().nullish().transform(absentIfNull).optional(),
})
export type BatchMessage = z.infer<typeof BatchMessage>

/** A message of a type that isn't among these, which the protocol allows: `name` is its type as it was sent. */
export type UnknownMessage = { type: 'UNKNOWN'; name: string }

/** Whatever isn't a record: few, small, and read with care. */
export const ControlMessage = z.discriminatedUnion('type', [
  SchemaMessage,
  StateMessage,
  ActivateVersionMessage,
  BatchMessage,
])
export type ControlMessage = z.infer<typeof ControlMessage>

export type Message = RecordMessage | ControlMessage

function absentIfNull<T>(value: T | null | undefined): T | undefined {
  return value ?? undefined
}

function isString(value: unknown): value is string {
  return typeof value === 'string'
}
