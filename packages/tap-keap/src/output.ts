import type { Writable } from 'node:stream'
import { boundary, type JsonText, type Message, objectText, writeMessage, writeMessages } from '@keap-postgres/protocol'
import type { Bookmarks } from './bookmarks.js'
import { jsonSchemaOf, pageLogKey } from './discover.js'
import { compileProjection } from './project.js'
import { PAGE_LOG, type StreamColumns } from './schemas.js'
import type { Selected } from './select.js'
import { streams } from './streams.js'

/** The records of one stream that one page gave, and the version of the scan that they belong to. */
export type Batch = { stream: string; records: Iterable<ReadonlyMap<string, JsonText>>; version?: number | undefined }

/** Rows that no scan since `version` held are gone in Keap. */
export type Activation = { stream: string; version: number }

/** One row of the page log. */
export type PageEntry = {
  stream: string
  path: string
  query: string
  rows: number
  bytes: number
  ms: number
  attempts: number
  throttled: number
  /** Of the day, as the answer said. */
  quota_limit: number | undefined
  quota_left: number | undefined
  /** RFC 3339. */
  requested_at: string
}

export type Output = ReturnType<typeof createOutput>

/** What goes to stdout, in the order that makes a STATE true: first the records of a page, then the state that covers them. */
export function createOutput(
  out: Writable,
  bookmarks: Bookmarks,
  run: { tapRunId: string; account: string | undefined; pageLog: StreamColumns | undefined },
) {
  const pageRow = run.pageLog && compileProjection(run.pageLog.columns, pageLogKey, () => {})
  let seq = 0
  /** Whether the last line is a STATE. */
  let endsInState = true

  function* pageMessages(batches: readonly Batch[], entry: PageEntry, mark: () => void): Generator<Message> {
    yield* recordMessages(batches, entry.requested_at)
    if (pageRow) {
      const values = {
        tap_run_id: run.tapRunId,
        account: run.account ?? null,
        seq: ++seq,
        method: 'GET',
        status: 200,
        ...entry,
      }
      const record = pageRow('{}', Object.fromEntries(objectText(values)))
      yield { type: 'RECORD', stream: PAGE_LOG, record, time_extracted: entry.requested_at }
    }
    // Only now: a STATE that another stream writes in between must not speak of records that aren't out yet.
    mark()
    endsInState = true
    yield stateMessage(bookmarks)
  }

  function* endMessages(activations: readonly Activation[], mark: () => void): Generator<Message> {
    for (const { stream, version } of activations) yield { type: 'ACTIVATE_VERSION', stream, version }
    mark()
    endsInState = true
    yield stateMessage(bookmarks)
  }

  return {
    /** Announces a stream. */
    async schema(selected: Selected): Promise<void> {
      endsInState = false
      await writeMessage(out, schemaMessage(selected))
    },

    /** Announces the page log, when it is wanted. */
    async pageLogSchema(): Promise<void> {
      if (!run.pageLog) return
      const schema = jsonSchemaOf(run.pageLog)
      await writeMessage(out, { type: 'SCHEMA', stream: PAGE_LOG, schema, key_properties: [...pageLogKey] })
    },

    /** A page's records, its row in the page log, and the state behind it. `mark` moves the bookmarks. */
    async page(batches: readonly Batch[], entry: PageEntry, mark: () => void): Promise<void> {
      boundary('before page')
      await writeMessages(out, pageMessages(batches, entry, mark))
      boundary('after page')
    },

    /** The end of a window: which scans are complete, and the state behind it. */
    end: (activations: readonly Activation[], mark: () => void) => writeMessages(out, endMessages(activations, mark)),

    /** The last line is a STATE, also when a stream was announced of which no page came any more. */
    async close(): Promise<void> {
      if (!endsInState) await writeMessage(out, stateMessage(bookmarks))
    },
  }
}

/** Announces a stream. */
export function schemaMessage({ name, columns }: Selected): Message {
  const { key, changes } = streams[name]
  return {
    type: 'SCHEMA',
    stream: name,
    schema: jsonSchemaOf(columns),
    key_properties: [...key],
    bookmark_properties: changes && [changes.column],
  }
}

/** @param extractedAt when they were asked for, RFC 3339 */
export function* recordMessages(batches: readonly Batch[], extractedAt: string): Generator<Message> {
  for (const { stream, records, version } of batches) {
    for (const record of records) yield { type: 'RECORD', stream, record, version, time_extracted: extractedAt }
  }
}

function stateMessage(bookmarks: Bookmarks): Message {
  return { type: 'STATE', value: bookmarks.toText() }
}
