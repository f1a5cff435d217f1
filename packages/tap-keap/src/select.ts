import { Catalog, ConfigError, isSelected, nearest, replicationMethod } from '@keap-postgres/protocol'
import type { MaskItem } from './mask/mask-payload.js'
import { columnsOf, PAGE_LOG, type StreamColumns } from './schemas.js'
import { isStreamName, type StreamName, streamNames, streams } from './streams.js'

/** A stream to be read, with the columns that are wanted, and what its payloads may not show taken out of them. */
export type Selected = { name: StreamName; columns: StreamColumns; fullTable: boolean; mask?: MaskItem }

export type Selection = { streams: readonly Selected[]; pageLog: StreamColumns | undefined }

/** Without a catalog: everything, but what costs a call for each of many rows. */
export function selectAll(): Selection {
  return { streams: streamNames.filter(isDefault).map(whole), pageLog: columnsOf(PAGE_LOG) }
}

/**
 * The streams that these names or globs (`order*`) mean, whether or not they are read by default.
 *
 * @throws {ConfigError} when one of them means none
 */
export function selectByName(patterns: readonly string[]): Selection {
  const wanted = new Set(patterns.flatMap((pattern) => matching(pattern)))
  return { streams: streamNames.filter((name) => wanted.has(name)).map(whole), pageLog: columnsOf(PAGE_LOG) }
}

/** With the streams that store files, whatever else is selected. */
export function withFiles(selection: Selection): Selection {
  const already = new Set(selection.streams.map(({ name }) => name))
  const missing = streamNames.filter((name) => streams[name].storesFiles && !already.has(name))
  return { ...selection, streams: [...selection.streams, ...missing.map(whole)] }
}

/** What both select: a catalog's streams and columns, of the streams that are named. */
export function narrow(selection: Selection, patterns: readonly string[]): Selection {
  const wanted = new Set(patterns.flatMap((pattern) => matching(pattern)))
  return { ...selection, streams: selection.streams.filter(({ name }) => wanted.has(name)) }
}

/** @throws {ConfigError} when it isn't a catalog, or names a stream that there isn't */
export function selectByCatalog(input: unknown): Selection {
  const parsed = Catalog.safeParse(input)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]
    throw new ConfigError(
      `The catalog can't be used: ${issue?.path.join('.') || 'it'}: ${issue?.message}. Wanted is what tap-keap --discover prints, ` +
        'with "selected" set where wanted.',
    )
  }
  const entries = new Map(parsed.data.streams.map((entry) => [entry.tap_stream_id, entry]))
  for (const name of entries.keys())
    if (!isStreamName(name) && name !== PAGE_LOG) throw unknownStream(name, 'The catalog')

  const wanted = (name: StreamName | typeof PAGE_LOG): StreamColumns | undefined => {
    const entry = entries.get(name)
    if (entry === undefined || !isSelected(entry)) return undefined
    const { description, columns } = columnsOf(name)
    return { description, columns: columns.filter((column) => isSelected(entry, ['properties', column.name])) }
  }
  return {
    streams: streamNames.flatMap((name) => {
      const columns = wanted(name)
      const entry = entries.get(name)
      // Of a stream that has no other way, a full table isn't a choice.
      const chosen = entry !== undefined && replicationMethod(entry) === 'FULL_TABLE'
      const fullTable = chosen && streams[name].changes !== undefined
      return columns === undefined ? [] : [{ name, columns, fullTable }]
    }),
    pageLog: wanted(PAGE_LOG),
  }
}

function whole(name: StreamName): Selected {
  return { name, columns: columnsOf(name), fullTable: false }
}

/**
 * The streams that a name or glob means.
 *
 * @throws {ConfigError} when it means none
 */
export function matching(pattern: string, where = 'The setting "streams"'): StreamName[] {
  const expression = pattern.split('*').map((part) => part.replace(/[^\w]/g, '\\$&'))
  const found = streamNames.filter((name) => new RegExp(`^${expression.join('.*')}$`).test(name))
  if (found.length > 0) return found
  throw unknownStream(pattern, where)
}

function isDefault(name: StreamName): boolean {
  return streams[name].selectedByDefault ?? true
}

function unknownStream(name: string, where: string): ConfigError {
  const meant = nearest(name, streamNames)
  return new ConfigError(
    `${where} names a stream "${name}" that tap-keap doesn't have${meant ? ` (did you mean "${meant}"?)` : ''}. ` +
      `Streams are: ${streamNames.join(', ')}. tap-keap --discover prints them with their columns.`,
  )
}
