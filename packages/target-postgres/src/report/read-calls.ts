import type pg from 'pg'
import { ident } from '../dialect/identifiers.js'
import type { ReportScope } from './scope.js'

type Traffic = {
  calls: number
  retries: number
  /** Undefined where it wasn't noted: by taps of other kinds, or older than that. */
  throttled: number | undefined
  rows: number
  bytes: number
  seconds: number
}

export type CallsOfDay = Traffic & {
  /** `2026-11-23`, UTC. */
  day: string
  /** The greatest part of the day's quota that any answer said was used, by whomever; 0 to 1. */
  quotaUsed: number | undefined
}

type CallsOfEndpoint = Traffic & { endpoint: string }

type Quota = { limit: number; left: number; at: Date }

/** What taps have asked for in the last `DAYS` days. */
export type Calls = {
  days: readonly CallsOfDay[]
  endpoints: readonly CallsOfEndpoint[]
  /** As the last answer said. */
  quota: Quota | undefined
}

export const DAYS = 30

const TRAFFIC = `
  coalesce(sum(attempts), 0)::float8 as calls, coalesce(sum(attempts - 1), 0)::float8 as retries,
  sum(throttled)::float8 as throttled, coalesce(sum(rows), 0)::float8 as rows, coalesce(sum(bytes), 0)::float8 as bytes,
  coalesce(sum(ms) / 1000, 0)::float8 as seconds`

/** Pages are committed after they were asked for; the index is on the commit. */
const LATELY = `
  requested_at >= (date_trunc('day', now() at time zone 'UTC') - interval '${DAYS - 1} days') at time zone 'UTC'
  and _sdc_batched_at >= now() - interval '${DAYS} days'`

type Row<T> = Omit<T, 'throttled'> & { throttled: number | null }

export async function readCalls(client: pg.Client, scope: ReportScope): Promise<Calls> {
  if (!scope.isLoaded) return { days: [], endpoints: [], quota: undefined }
  const pages = `${ident(scope.metaSchema)}.pages`
  const days = await client.query<Row<Traffic> & { day: string; quota_used: number | null }>(`
    select (requested_at at time zone 'UTC')::date::text as day, ${TRAFFIC},
      (1 - min(quota_left::float8 / nullif(quota_limit, 0))) as quota_used
    from ${pages}
    where ${LATELY}
    group by 1
    order by 1
  `)
  const endpoints = await client.query<Row<CallsOfEndpoint>>(`
    select concat_ws(' ', method, regexp_replace(path, '/[0-9]+(?=[/:]|$)', '/{id}', 'g')) as endpoint, ${TRAFFIC}
    from ${pages}
    where ${LATELY}
    group by 1
    order by calls desc, 1
    limit 100
  `)
  const quota = await client.query<{ limit: number; left: number; at: Date }>(`
    select quota_limit::float8 as limit, quota_left::float8 as left, requested_at as at
    from ${pages}
    where quota_limit > 0 and quota_left is not null and requested_at is not null and ${LATELY}
    order by requested_at desc
    limit 1
  `)
  return {
    days: days.rows.map(({ quota_used, ...row }) => ({ ...trafficOf(row), quotaUsed: quota_used ?? undefined })),
    endpoints: endpoints.rows.map(trafficOf),
    quota: quota.rows[0],
  }
}

function trafficOf<T extends { throttled: number | null }>(row: T): Omit<T, 'throttled'> & Pick<Traffic, 'throttled'> {
  return { ...row, throttled: row.throttled ?? undefined }
}
