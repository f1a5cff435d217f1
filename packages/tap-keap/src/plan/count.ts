import { RequestError } from '../keap/errors.js'
import { readPage } from '../keap/page.js'
import { digitsAt } from '../pointer.js'
import type { Run } from '../run.js'
import type { Count } from '../stream.js'

/** What is needed to ask Keap for something. */
export type Asker = Pick<Run, 'client' | 'baseUrls' | 'log' | 'now'>

/** One call for the number of rows, also of those changed in a window. Undefined when Keap doesn't say. */
export async function askCount(
  { client, baseUrls }: Asker,
  count: Count,
  window?: { sinceMs: number; untilMs: number },
): Promise<number | undefined> {
  const { api, path, records, add, since = '', until = '', query } = count
  const size = add === undefined ? { limit: 1 } : {}
  const times = window && { [since]: isoTime(window.sinceMs), [until]: isoTime(window.untilMs) }
  try {
    const { value } = await client.get(`${baseUrls[api]}${path}`, { ...size, ...query, ...times }, (text) =>
      readPage(text, records),
    )
    if (add === undefined) return value.total
    return value.nextToken === undefined ? value.items.reduce((sum, item) => sum + numberAt(item, add), 0) : undefined
  } catch (error) {
    // It is a help for the plan, not a list that is to be read.
    if (error instanceof RequestError) return undefined
    throw error
  }
}

function numberAt(item: string, pointer: string): number {
  return Number(digitsAt(item, pointer) ?? 0)
}

function isoTime(ms: number): string {
  return new Date(ms).toISOString()
}
