/**
 * RFC 3339 and its usual relatives, checked here because Postgres would refuse a whole batch for one bad value, and
 * because it reads some texts that mean nothing ("2024-01-01 junk 10") and others by its own settings.
 */

const DATE = /^(\d{4})-(\d{2})-(\d{2})/
const TIME = /^(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d+))?)?/
const OFFSET = /^(?:[Zz]|([+-])(\d{2})(?::?(\d{2}))?)$/

/**
 * Postgres keeps six and rounds what is beyond, which would move .NET's last moment, 9999-12-31T23:59:59.9999999Z, into a
 * year that many clients can't read, and the end of a day to 24:00:00. So the rest is cut off.
 */
const FRACTION_DIGITS = 6

/**
 * A date-time as Postgres takes it, with its offset; without one it is UTC, and a date alone is its midnight.
 * `undefined` when it isn't one, or not in the years 1 to 9999.
 */
export function timestampText(value: string): string | undefined {
  const day = dateIn(value)
  if (day === undefined) return undefined
  if (value.length === 10) return `${day} 00:00:00Z`
  const separator = value[10]
  if (separator !== 'T' && separator !== 't' && separator !== ' ') return undefined
  const time = timeIn(value.slice(11))
  const offset = time && offsetIn(time.rest)
  return offset === undefined ? undefined : `${day} ${time?.text}${offset}`
}

/** A date as Postgres takes it; a date-time counts when it is midnight UTC. */
export function dateText(value: string): string | undefined {
  const day = dateIn(value)
  const isWhole = value.length === 10 || /^[Tt ]00:00(:00(\.0+)?)?([Zz]|[+-]00:?00)?$/.test(value.slice(10))
  return isWhole ? day : undefined
}

/** A time of day as Postgres takes it; with an offset it must be UTC, which is then left out. */
export function timeText(value: string): string | undefined {
  const time = timeIn(value)
  if (!time || time.seconds === 60) return undefined
  const offset = offsetIn(time.rest)
  return offset === 'Z' || offset === '+00:00' || offset === '-00:00' ? time.text : undefined
}

/** Whether a text is a time of day by RFC 3339, also one that `timeText` can't take: with an offset, or a leap second. */
export function isTime(value: string): boolean {
  const time = timeIn(value)
  return time !== undefined && offsetIn(time.rest) !== undefined
}

function dateIn(value: string): string | undefined {
  const match = DATE.exec(value)
  if (!match) return undefined
  const [text, year, month, day] = match
  return isDay(Number(year), Number(month), Number(day)) ? text : undefined
}

function isDay(year: number, month: number, day: number): boolean {
  if (year < 1 || month < 1 || month > 12 || day < 1) return false
  if (month === 2) return day <= (year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28)
  return day <= (month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31)
}

function timeIn(value: string): { text: string; seconds: number; rest: string } | undefined {
  const match = TIME.exec(value)
  if (!match) return undefined
  const [whole, hours, minutes, seconds = '00', fraction] = match
  // RFC 3339 has leap seconds; Postgres carries them into the next minute.
  if (Number(hours) > 23 || Number(minutes) > 59 || Number(seconds) > 60) return undefined
  const part = fraction === undefined ? '' : `.${fraction.slice(0, FRACTION_DIGITS)}`
  return {
    text: `${hours}:${minutes}:${seconds}${part}`,
    seconds: Number(seconds),
    rest: value.slice(whole.length),
  }
}

function offsetIn(rest: string): string | undefined {
  if (rest === '' || rest === 'Z') return 'Z'
  const match = OFFSET.exec(rest.startsWith(' ') ? rest.slice(1) : rest)
  if (!match) return undefined
  const [, sign, hours, minutes = '00'] = match
  if (sign === undefined) return 'Z'
  // Postgres refuses more than 15:59; the world's widest is +14:00.
  return Number(hours) <= 15 && Number(minutes) <= 59 ? `${sign}${hours}:${minutes}` : undefined
}
