import { Catalog, ConfigError, isSelected, nearest, replicationMethod } from '@keap-postgres/protocol'
import { columnsOf, PAGE_LOG, type StreamColumns } from './schemas.js'
import { isStreamName, type StreamName, streamNames, streams } from './streams.js'

/** A stream to be read, with the columns that are wanted. */
export type Selected = { name: StreamName; columns: StreamColumns; fullTable: boolean }

export type Selection = { streams: readonly Selected[]; pageLog: StreamColumns | undefined }

/** Without a catalog: everything. */
export function selectAll(): Selection {
  const all = streamNames.map((name) => ({ name, columns: columnsOf(name), fullTable: false }))
  return { streams: all, pageLog: columnsOf(PAGE_LOG) }
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
  for (const name of entries.keys()) if (!isStreamName(name) && name !== PAGE_LOG) throw unknownStream(name)

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

function unknownStream(name: string): ConfigError {
  const meant = nearest(name, streamNames)
  return new ConfigError(
    `The catalog names a stream "${name}" that tap-keap doesn't have${meant ? ` (did you mean "${meant}"?)` : ''}. ` +
      `Streams are: ${streamNames.join(', ')}. Make a catalog with tap-keap --discover.`,
  )
}
