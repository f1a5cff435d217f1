import type { JsonText } from '@keap-postgres/protocol'

/** What Postgres' numeric holds: digits before the decimal point, and behind it. */
const MAX_WHOLE_DIGITS = 131_072
const MAX_FRACTION_DIGITS = 16_383

const MAX_BIGINT = 2n ** 63n - 1n
const MIN_BIGINT = -(2n ** 63n)

const NUMBER = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/
const WHOLE = /^-?\d+$/

/** Only a text that matches one of these can hold a number too long for numeric; most are never read closer. */
const BIG_EXPONENT = /[eE][+-]?\d{5}/
const MANY_DIGITS = /\d{16384}/

/** A JSON number as a `bigint`'s text; `1.0` and `1e3` are whole. `undefined` when it isn't one. */
export function bigintText(json: JsonText): string | undefined {
  const text = WHOLE.test(json) ? json : wholeText(json)
  if (text === undefined || text.length <= 18) return text
  const value = BigInt(text)
  return value >= MIN_BIGINT && value <= MAX_BIGINT ? text : undefined
}

/** A JSON number as a `numeric`'s text, which is its own. `undefined` when it isn't one, or longer than numeric goes. */
export function numericText(json: JsonText): string | undefined {
  return fitsNumeric(json) ? json : undefined
}

/** Whether a JSON value is a number without a fraction, of whatever size: `1.0` and `1e300` are. */
export function isWhole(json: JsonText): boolean {
  const match = NUMBER.exec(json)
  if (!match) return false
  const [, , whole = '', fraction = '', exponent = '0'] = match
  const point = Math.max(whole.length + Number(exponent), 0)
  return !/[1-9]/.test((whole + fraction).slice(point))
}

/** Whether every number in a JSON value fits jsonb, which stores them as numeric. */
export function fitsJsonb(json: JsonText): boolean {
  const mayBeHuge = BIG_EXPONENT.test(json) || (json.length > MAX_FRACTION_DIGITS && MANY_DIGITS.test(json))
  if (!mayBeHuge) return true
  const withoutStrings = json.replace(/"[^"\\]*(?:\\.[^"\\]*)*"/g, '""')
  return (withoutStrings.match(/-?\d[\d.eE+-]*/g) ?? []).every(fitsNumeric)
}

function fitsNumeric(json: JsonText): boolean {
  const match = NUMBER.exec(json)
  if (!match) return false
  const [, , whole = '', fraction = '', exponent = '0'] = match
  const shift = Number(exponent)
  return whole.length + shift <= MAX_WHOLE_DIGITS && fraction.length - shift <= MAX_FRACTION_DIGITS
}

function wholeText(json: JsonText): string | undefined {
  const match = NUMBER.exec(json)
  if (!match) return undefined
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match
  const digits = whole + fraction
  const point = whole.length + Number(exponent)
  if (/[1-9]/.test(digits.slice(Math.max(point, 0))) || point > 40) return undefined
  return sign + (digits.slice(0, Math.max(point, 0)).padEnd(point, '0') || '0')
}
