/** How many calls Keap allows: of one credential, and of a whole account ("tenant") with all its programs together. */
export type Limits = {
  perSecond: number
  perMinute: number
  perDay: number
  tenantPerMinute: number
  tenantPerDay: number
}

const tenant = { tenantPerMinute: 10_000, tenantPerDay: 250_000 }

/** What Keap documents; the headers of each answer are the truth. Source: developer.infusionsoft.com, API token quota. */
export const documentedLimits = {
  api_key: { perSecond: 10, perMinute: 240, perDay: 30_000, ...tenant },
  oauth: { perSecond: 25, perMinute: 1_500, perDay: 150_000, ...tenant },
} as const satisfies Record<string, Limits>

/** The windows that Keap counts calls in: rolling minutes, and days by its calendar. */
type WindowName = 'minute' | 'day' | 'tenantMinute' | 'tenantDay'

/** What one answer said of one window. */
export type Reading = { limit: number | undefined; available: number }

/** What the headers of one answer said. What was missing, blank, unreadable or contradicted itself isn't in it. */
export type Told = {
  /** Calls in one second. */
  perSecond?: number
  windows: Partial<Record<WindowName, Reading>>
  /** When the day of the quota ends, and what time it was, by Keap's clock; epoch milliseconds. */
  dayEndsMs?: number
  dateMs?: number
}

/** Response headers as Keap names them; undici gives a repeated one as a list. */
export type KeapHeaders = Readonly<Record<string, string | string[] | undefined>>

/** Reads the `x-keap-*` headers. One header may carry several windows, split by `|`: `x-keap-tenant-throttle-limit: 10000|250000`. */
export function readLimits(headers: KeapHeaders): Told {
  const windows = {
    ...familyOf(headers, 'x-keap-product-quota', 'minute', 'day'),
    ...familyOf(headers, 'x-keap-product-throttle', 'minute', 'day'),
    ...familyOf(headers, 'x-keap-tenant-throttle', 'tenantMinute', 'tenantDay'),
  }
  const perSecond = numberIn(headerText(headers, 'x-keap-product-spike-limit')?.replace(/ps$/i, ''))
  const dayEndsMs = numberIn(headerText(headers, 'x-keap-product-quota-expiry-time'))
  const dateMs = dateOf(headers)
  return {
    windows,
    ...(perSecond && { perSecond }),
    ...(dayEndsMs && { dayEndsMs }),
    ...(dateMs && { dateMs }),
  }
}

/** Keap's clock when it answered, in epoch milliseconds; undefined without a readable `Date` header. */
export function dateOf(headers: KeapHeaders): number | undefined {
  const date = Date.parse(headerText(headers, 'date') ?? '')
  return Number.isNaN(date) ? undefined : date
}

/** The header's value; the first of several. */
export function headerText(headers: KeapHeaders, name: string): string | undefined {
  const value = headers[name]
  return Array.isArray(value) ? value[0] : value
}

function familyOf(
  headers: KeapHeaders,
  family: string,
  minute: WindowName,
  day: WindowName,
): Partial<Record<WindowName, Reading>> {
  const [units = [], limits = [], available = [], used = []] = ['time-unit', 'limit', 'available', 'used'].map((name) =>
    (headerText(headers, `${family}-${name}`) ?? '').split('|'),
  )
  return Object.fromEntries(
    units.flatMap((unit, at) => {
      const name = { minute, day }[unit.trim().toLowerCase()]
      const reading = readingOf(numberIn(limits[at]), numberIn(available[at]), numberIn(used[at]))
      return name === undefined || reading === undefined ? [] : [[name, reading]]
    }),
  )
}

/** Three numbers of which two are enough. When they contradict each other, nobody knows which one is right. */
function readingOf(limit: number | undefined, available: number | undefined, used: number | undefined) {
  if (available === undefined) {
    return limit === undefined || used === undefined ? undefined : { limit, available: Math.max(0, limit - used) }
  }
  if (limit === undefined) return { limit, available }
  const isSound = used === undefined || Math.abs(Math.max(0, limit - used) - available) <= limit / 100
  return limit > 0 && available <= limit && isSound ? { limit, available } : undefined
}

function numberIn(text: string | undefined): number | undefined {
  return text !== undefined && /^\s*\d{1,15}\s*$/.test(text) ? Number(text) : undefined
}
