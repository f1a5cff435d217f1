import type { KeapHeaders } from './keap/limits.js'

/**
 * What an answer's headers say is left of the day's calls, as text; undefined when they don't. The tenant's header carries
 * several windows, split by `|`.
 */
export function quotaLeft(headers: KeapHeaders): string | undefined {
  const own = { left: first(headers, 'product-quota-available'), limit: first(headers, 'product-quota-limit') }
  const day = list(headers, 'tenant-throttle-time-unit').findIndex((unit) => unit.trim() === 'day')
  const tenant = {
    left: list(headers, 'tenant-throttle-available')[day],
    limit: list(headers, 'tenant-throttle-limit')[day],
  }
  const parts = [
    said(own, 'calls left today'),
    said(tenant, 'for all programs of the account'),
    untilOf(first(headers, 'product-quota-expiry-time')),
  ]
  return parts[0] && parts.filter((part) => part !== undefined).join(', ')
}

type Share = { left: string | undefined; limit: string | undefined }

function said({ left, limit }: Share, what: string): string | undefined {
  if (!isCount(left)) return undefined
  return `${grouped(left)}${isCount(limit) ? ` of ${grouped(limit)}` : ''} ${what}`
}

/** Epoch milliseconds. */
function untilOf(text: string | undefined): string | undefined {
  return isCount(text) ? `until ${new Date(Number(text)).toISOString().slice(0, 16)}Z` : undefined
}

function first(headers: KeapHeaders, name: string): string | undefined {
  return list(headers, name)[0]
}

function list(headers: KeapHeaders, name: string): string[] {
  const value = headers[`x-keap-${name}`]
  return ((Array.isArray(value) ? value[0] : value) ?? '').split('|')
}

function isCount(text: string | undefined): text is string {
  return text !== undefined && /^\s*\d{1,15}\s*$/.test(text)
}

function grouped(text: string): string {
  return Number(text).toLocaleString('en')
}
