import type { Log } from '@keap-postgres/protocol'
import type { ReadWindow } from './bookmarks.js'
import { pageSizeOf } from './calls.js'
import { type KeapClient, type Query, queryString } from './keap/client.js'
import { BadRequestError } from './keap/errors.js'
import { readPage } from './keap/page.js'
import type { Api, Stream } from './stream.js'
import type { List, Page } from './walks/list.js'

/** Where each API answers: `{ v1: 'https://api.keap.com/crm/rest', … }`; a stream's path follows. */
export type BaseUrls = Readonly<Record<Api, string>>

export type ListOptions = {
  client: KeapClient
  baseUrls: BaseUrls
  stream: Stream
  /** The stream's, with its parameters bound: `/v2/tags/12/contacts`. */
  path: string
  /** Conditions of the window. */
  filter: readonly string[]
  now: () => number
  log: Log
}

/**
 * Binds a stream to its endpoint, its fixed parameters and a window. An optional field that this account's Keap doesn't know
 * is left out from then on, with a warning: its column stays null.
 */
export function openList({ client, baseUrls, stream, path, filter, now, log }: ListOptions): List {
  const url = baseUrls[stream.api] + path
  let fields = stream.fields

  async function fetch(query: Query): Promise<Page> {
    const whole = { ...query, fields: fields?.join(',') }
    const requestedMs = now()
    try {
      const { value, ...answer } = await client.get(url, whole, (text) => readPage(text, stream.records, stream.shape))
      return { ...value, path, query: queryString(whole).slice(1), requestedMs, answer }
    } catch (error) {
      const unknown = fields?.filter((field) => error instanceof BadRequestError && names(error.said, field)) ?? []
      if (unknown.length === 0) throw error
      log.warn(
        `Keap doesn't know the fields ${unknown.join(', ')} at ${path}; they are left out and their columns null`,
      )
      fields = fields?.filter((field) => !unknown.includes(field))
      return fetch(query)
    }
  }

  return {
    filter: [...(stream.filter ? [stream.filter] : []), ...filter],
    pageSize: pageSizeOf(stream),
    fetch,
  }
}

function names(said: string, field: string): boolean {
  return said.split(/[^\w]+/).includes(field)
}

/** A window without a beginning is everything, and needs no filter. */
export function windowFilter({ changes }: Stream, { sinceMs, untilMs }: ReadWindow): string[] {
  if (changes?.kind !== 'window' || sinceMs === undefined) return []
  return [
    `${changes.since}==${new Date(sinceMs).toISOString()}`,
    `${changes.until}==${new Date(untilMs).toISOString()}`,
  ]
}
