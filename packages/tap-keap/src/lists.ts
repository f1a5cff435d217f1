import { type KeapClient, queryString } from './keap/client.js'
import { readPage } from './keap/page.js'
import { type Api, MAX_PAGE, type Stream } from './stream.js'
import type { List } from './walks/list.js'

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
}

/** Binds a stream to its endpoint, its fixed parameters and a window. */
export function openList({ client, baseUrls, stream, path, filter, now }: ListOptions): List {
  const url = baseUrls[stream.api] + path
  return {
    filter: [...(stream.filter ? [stream.filter] : []), ...filter],
    pageSize: stream.pageSize ?? MAX_PAGE,
    async fetch(query) {
      const whole = { ...query, fields: stream.fields?.join(',') }
      const requestedMs = now()
      const { value, ...answer } = await client.get(url, whole, (text) => readPage(text, stream.records, stream.shape))
      return {
        items: value.items,
        nextToken: value.nextToken,
        path,
        query: queryString(whole).slice(1),
        requestedMs,
        answer,
      }
    },
  }
}
