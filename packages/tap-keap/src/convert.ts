import { type JsonText, sliceArray, sliceObject, stringOf } from '@keap-postgres/protocol'

/**
 * What a payload's value becomes in a column. Each takes the text of a JSON value (never `null`) and gives the text of
 * another, or undefined when the value can't become one.
 */
export type Convert = (text: JsonText) => JsonText | undefined

/** Keap's ids are strings of digits in v2 and numbers in v1; either becomes the whole number, with all its digits. */
export const toInteger: Convert = (text) => {
  const digits = plain(text)
  return /^-?(?:0|[1-9]\d*)$/.test(digits) ? digits : undefined
}

/** A number as it was written, so that 1.10 stays 1.10. */
export const toNumber: Convert = (text) => {
  const number = plain(text)
  return /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/.test(number) ? number : undefined
}

export const toBoolean: Convert = (text) => {
  const word = plain(text).toLowerCase()
  return word === 'true' || word === 'false' ? word : undefined
}

/** A string as it is; a number or a boolean where a string was expected keeps its text. */
export const toText: Convert = (text) => {
  if (text.startsWith('"')) return text
  return text.startsWith('{') || text.startsWith('[') ? undefined : JSON.stringify(text)
}

/**
 * Lists and objects as they are, but on one line, as a message must be. Between a payload's values, and only there, a
 * newline can stand in JSON, and a blank means the same.
 */
export const toJson: Convert = (text) => (/[\r\n]/.test(text) ? text.replace(/[\r\n]/g, ' ') : text)

const TIMESTAMP = /^(\d{4}-\d{2}-\d{2})[Tt ]((?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d)(\.\d+)?([Zz]|[+-]\d{2}:?\d{2})$/

/** RFC 3339 in UTC. Keap writes `Z`, `+00:00` and `+0000`, with and without fractions of a second. */
export const toTimestamp: Convert = (text) => {
  const [, date, time, fraction = '', zone = ''] = TIMESTAMP.exec(plain(text)) ?? []
  if (date === undefined || !isCalendarDate(date)) return undefined
  if (/^([Zz]|[+-]00:?00)$/.test(zone)) return `"${date}T${time}${fraction}Z"`
  const instant = new Date(`${date}T${time}${zone.slice(0, 3)}:${zone.slice(-2)}`)
  return Number.isNaN(instant.getTime()) ? undefined : `"${instant.toISOString().slice(0, 19)}${fraction}Z"`
}

/** `2024-03-15`; midnight of a day counts as the day. */
export const toDate: Convert = (text) => {
  const date = /^(\d{4}-\d{2}-\d{2})(?:T00:00:00(?:\.0+)?(?:Z|[+-]00:?00)?)?$/.exec(plain(text))?.[1]
  return date !== undefined && isCalendarDate(date) ? `"${date}"` : undefined
}

/** `{"amount": 1999, "currency_code": "USD"}`, in the currency's smallest unit → `19.99`. */
export const toMoney: Convert = (text) => {
  if (!text.startsWith('{')) return undefined
  const members = sliceObject(text)
  const amount = toInteger(members.get('amount') ?? '')
  const digits = minorUnits(plain(members.get('currency_code') ?? ''))
  if (amount === undefined || digits === undefined) return undefined
  if (digits === 0) return amount
  const padded = amount.replace('-', '').padStart(digits + 1, '0')
  return `${amount.startsWith('-') ? '-' : ''}${padded.slice(0, -digits)}.${padded.slice(-digits)}`
}

/** `["12", "7"]` → `[12,7]`, so that ids in lists join like all others. */
export const toIds: Convert = (text) => {
  if (!text.startsWith('[')) return undefined
  const ids = sliceArray(text).map(toInteger)
  return ids.includes(undefined) ? undefined : `[${ids.join(',')}]`
}

/** `[{"id": "5", "content": "x"}]` → `{"5": "x"}`: each field's content by the field's id. */
export const toContentById: Convert = (text) => {
  if (!text.startsWith('[')) return undefined
  const fields: string[] = []
  for (const entry of sliceArray(text)) {
    if (!entry.startsWith('{')) return undefined
    const members = sliceObject(entry)
    fields.push(`${JSON.stringify(plain(members.get('id') ?? ''))}:${members.get('content') ?? 'null'}`)
  }
  return `{${fields.join(',')}}`
}

const digitsOfCurrency = new Map<string, number>()

/** Digits behind the point by ISO 4217, as the runtime knows them; undefined for what isn't a currency code. */
function minorUnits(currency: string): number | undefined {
  if (!/^[A-Za-z]{3}$/.test(currency)) return undefined
  const known = digitsOfCurrency.get(currency)
  if (known !== undefined) return known
  const format = new Intl.NumberFormat('en', { style: 'currency', currency })
  const digits = format.resolvedOptions().maximumFractionDigits ?? 2
  digitsOfCurrency.set(currency, digits)
  return digits
}

/** JavaScript's own dates turn 30 February into 2 March. */
function isCalendarDate(date: string): boolean {
  const [year, month, day] = [Number(date.slice(0, 4)), Number(date.slice(5, 7)), Number(date.slice(8, 10))]
  const isLeap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0
  const longest = month === 2 ? (isLeap ? 29 : 28) : [4, 6, 9, 11].includes(month) ? 30 : 31
  return month >= 1 && month <= 12 && day >= 1 && day <= longest
}

function plain(text: JsonText): string {
  return text.startsWith('"') ? stringOf(text) : text
}
