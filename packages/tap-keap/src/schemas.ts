import { readdirSync, readFileSync } from 'node:fs'
import type { JsonSchema } from '@keap-postgres/protocol'
import { z } from 'zod'
import type { StreamName } from './streams.js'

/** Where a column's value comes from: a JSON pointer into the payload, or `@name` for what the walk knows. */
const Source = z.union([z.string().regex(/^(\/[^/]+)*$/), z.string().regex(/^@\w+$/)])

/** How a value becomes the column's, where its type alone doesn't say. */
const As = z.enum(['money', 'ids', 'content_by_id'])
export type As = z.infer<typeof As>

const Column = z.strictObject({
  type: z.union([z.string(), z.array(z.string())]),
  format: z.enum(['date-time', 'date']).optional(),
  description: z.string().optional(),
  'x-from': Source,
  'x-as': As.optional(),
})

const StreamSchema = z.strictObject({
  type: z.literal('object'),
  description: z.string(),
  properties: z.record(z.string(), Column),
})

/** A column of a stream: its JSON Schema for the SCHEMA message, and how to fill it. */
export type StreamColumn = { name: string; schema: JsonSchema; from: string; as: As | undefined }

export type StreamColumns = { description: string; columns: readonly StreamColumn[] }

// The build puts them beside this file.
const folder = new URL('./schemas/', import.meta.url)

/** The columns of a stream, from `schemas/<name>.json`. */
export function columnsOf(name: StreamName | typeof PAGE_LOG): StreamColumns {
  const file = new URL(`${name}.json`, folder)
  const { description, properties } = StreamSchema.parse(JSON.parse(readFileSync(file, 'utf8')))
  const columns = Object.entries(properties).map(([column, { 'x-from': from, 'x-as': as, ...schema }]) => ({
    name: column,
    schema,
    from,
    as,
  }))
  return { description, columns }
}

/** The names of all files in `schemas/`. */
export function schemaNames(): string[] {
  return readdirSync(folder).map((file) => file.replace(/\.json$/, ''))
}

/** The stream of run metadata: one row for each page that was asked for. */
export const PAGE_LOG = 'keap_meta-pages'
