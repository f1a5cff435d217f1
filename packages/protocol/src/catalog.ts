import { z } from 'zod'
import { JsonSchema } from './json-schema.js'

/** Where a metadata entry belongs: `[]` the stream, `['properties', 'email']` a property of it. */
export const Breadcrumb = z.array(z.string())
export type Breadcrumb = z.infer<typeof Breadcrumb>

/** Old catalogs say "true" where they mean true. */
const flag = z.preprocess((value) => (value === 'true' ? true : value === 'false' ? false : value), z.boolean())

export const Metadata = z.looseObject({
  inclusion: z.enum(['available', 'automatic', 'unsupported']).nullish(),
  selected: flag.nullish(),
  'selected-by-default': flag.nullish(),
  'table-key-properties': z.array(z.string()).nullish(),
  'valid-replication-keys': z.array(z.string()).nullish(),
  'replication-key': z.string().nullish(),
  'replication-method': z.string().nullish(),
  'forced-replication-method': z.string().nullish(),
})
export type Metadata = z.infer<typeof Metadata>

export const CatalogEntry = z.looseObject({
  tap_stream_id: z.string(),
  stream: z.string().nullish(),
  schema: JsonSchema,
  metadata: z.array(z.object({ breadcrumb: Breadcrumb, metadata: Metadata })).nullish(),
  key_properties: z.array(z.string()).nullish(),
  replication_key: z.string().nullish(),
  replication_method: z.string().nullish(),
})
export type CatalogEntry = z.infer<typeof CatalogEntry>

export const Catalog = z.looseObject({ streams: z.array(CatalogEntry) })
export type Catalog = z.infer<typeof Catalog>

/** The metadata of one breadcrumb; empty when the catalog has none for it. */
export function metadataOf(entry: CatalogEntry, breadcrumb: Breadcrumb): Metadata {
  const found = entry.metadata?.find((item) => sameBreadcrumb(item.breadcrumb, breadcrumb))
  return found?.metadata ?? {}
}

/**
 * Is the stream (`[]`) or the property selected? The Singer SDK's rules: without any metadata everything is; what stands
 * below an unselected parent isn't; then `inclusion`, `selected`, `selected-by-default`, and last what the parent is.
 */
export function isSelected(entry: CatalogEntry, breadcrumb: Breadcrumb = []): boolean {
  if (!entry.metadata?.length) return true
  const parent = breadcrumb.length > 0 ? isSelected(entry, breadcrumb.slice(0, -2)) : undefined
  if (parent === false) return false
  const metadata = metadataOf(entry, breadcrumb)
  if (metadata.inclusion === 'unsupported') return false
  if (metadata.inclusion === 'automatic') return true
  return metadata.selected ?? metadata['selected-by-default'] ?? parent ?? false
}

/** The replication method that a run must follow: the user's choice, else the tap's. */
export function replicationMethod(entry: CatalogEntry): string | undefined {
  const metadata = metadataOf(entry, [])
  return (
    entry.replication_method ?? metadata['replication-method'] ?? metadata['forced-replication-method'] ?? undefined
  )
}

function sameBreadcrumb(a: Breadcrumb, b: Breadcrumb): boolean {
  return a.length === b.length && a.every((part, index) => part === b[index])
}
