/** Response headers as Keap names them; undici gives a repeated one as a list. */
export type KeapHeaders = Readonly<Record<string, string | string[] | undefined>>

/** What the last answer said is left. A missing, blank or unreadable header leaves its member undefined. */
export type Limits = {
  /** Calls in one second. */
  perSecond: number | undefined
  /** Calls left in this minute, of the credential or of the whole account, whichever is less. */
  minuteLeft: number | undefined
  /** Calls left today, likewise. */
  dayLeft: number | undefined
  /** When today's quota starts again, in epoch milliseconds. */
  dayEndsMs: number | undefined
}

/** Reads Keap's `x-keap-*` headers. The tenant family carries several windows in one header, split by `|`. */
export function readLimits(headers: KeapHeaders): Limits {
  const quota = windows(headers, 'x-keap-product-quota')
  const throttle = windows(headers, 'x-keap-product-throttle')
  const tenant = windows(headers, 'x-keap-tenant-throttle')
  const all = [...quota, ...throttle, ...tenant]
  return {
    perSecond: numberIn(text(headers, 'x-keap-product-spike-limit').replace(/ps$/i, '')),
    minuteLeft: least(all.filter(({ unit }) => unit === 'minute')),
    dayLeft: least(all.filter(({ unit }) => unit === 'day')),
    dayEndsMs: numberIn(text(headers, 'x-keap-product-quota-expiry-time')),
  }
}

type Window = { unit: string; available: number | undefined }

function windows(headers: KeapHeaders, family: string): Window[] {
  const units = text(headers, `${family}-time-unit`).split('|')
  const available = text(headers, `${family}-available`).split('|')
  return units.map((unit, index) => ({ unit: unit.trim().toLowerCase(), available: numberIn(available[index] ?? '') }))
}

function least(some: Window[]): number | undefined {
  const numbers = some.flatMap(({ available }) => available ?? [])
  return numbers.length ? Math.min(...numbers) : undefined
}

function text(headers: KeapHeaders, name: string): string {
  const value = headers[name]
  return (Array.isArray(value) ? value[0] : value) ?? ''
}

function numberIn(value: string): number | undefined {
  return /^\s*\d+\s*$/.test(value) ? Number(value) : undefined
}
