import type { Call } from './keap/client.js'
import { streams } from './streams.js'

/** What the calls to one endpoint were like. `pages` had an answer that could be used. */
export type EndpointTraffic = {
  calls: number
  pages: number
  throttled: number
  bytes: number
  median_ms: number
  max_ms: number
}

export type TrafficTotal = { calls: number; retries: number; throttled: number; bytes: number }

export type Traffic = ReturnType<typeof createTraffic>

/** Keeps count of a run's calls: how many, how long they took, and how often Keap said that they were too many. */
export function createTraffic() {
  const total: TrafficTotal = { calls: 0, retries: 0, throttled: 0, bytes: 0 }
  const endpoints = new Map<string, EndpointTraffic & { ms: number[] }>()

  function called({ url, status, bytes, ms }: Call): void {
    const name = endpointOf(url)
    const known = endpoints.get(name) ?? emptyEndpoint()
    endpoints.set(name, known)
    for (const count of [total, known]) {
      count.calls++
      count.bytes += bytes
      if (status === 429) count.throttled++
    }
    if (status === 200) known.pages++
    known.ms.push(ms)
  }

  return {
    called,
    retried: () => {
      total.retries++
    },
    total: (): TrafficTotal => ({ ...total }),
    byEndpoint: (): Record<string, EndpointTraffic> =>
      Object.fromEntries([...endpoints].map(([name, { ms, ...counts }]) => [name, { ...counts, ...timesOf(ms) }])),
  }
}

function emptyEndpoint(): EndpointTraffic & { ms: number[] } {
  return { calls: 0, pages: 0, throttled: 0, bytes: 0, median_ms: 0, max_ms: 0, ms: [] }
}

function timesOf(ms: readonly number[]): Pick<EndpointTraffic, 'median_ms' | 'max_ms'> {
  const sorted = ms.toSorted((a, b) => a - b)
  return { median_ms: sorted[Math.floor(sorted.length / 2)] ?? 0, max_ms: sorted.at(-1) ?? 0 }
}

/** Those without a placeholder first: `/v2/emails/templates` is no e-mail. */
const templates = [...new Set(Object.values(streams).map(({ path }): string => path))]
  .sort((a, b) => Number(a.includes('{')) - Number(b.includes('{')))
  .map((path) => ({ path, pattern: new RegExp(`^${path.replace(/\{\w+\}/g, '[^/:]+')}$`) }))

/** A run asks for the same few endpoints many times. */
const known = new Map<string, string>()

/** `https://api.keap.com/crm/rest/v2/tags/12/contacts` → `/v2/tags/{tag_id}/contacts`. */
export function endpointOf(url: string): string {
  const path = /\/v[12]\/.*$/.exec(url)?.[0].replace(/\/\d+(?=[/:]|$)/g, '/{id}') ?? url
  const found = known.get(path) ?? templates.find(({ pattern }) => pattern.test(path))?.path ?? path
  known.set(path, found)
  return found
}
