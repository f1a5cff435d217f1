import { v2Facts } from '../facts.js'
import { type Json, jsonNumber, type Row, textOf } from '../json.js'
import type { Random } from '../random.js'
import { familyName, givenName, paragraph, sentence, word } from '../text.js'
import type { Scene } from './plan.js'
import { dateText, pastMs, timeText } from './times.js'

/** `123.40`: an amount whose text keeps its cents. */
export const amountOf = (minor: number): Json => jsonNumber((minor / 100).toFixed(2))

const signs = { USD: '$', EUR: '€' } as const
export type Currency = keyof typeof signs

/** Keap's CurrencyValue: `amount` in the smallest unit. */
export const money = (minor: number, currency: Currency = 'USD'): Row => ({
  amount: minor,
  currency_code: currency,
  formatted_amount: `${minor < 0 ? '-' : ''}${signs[currency]}${(Math.abs(minor) / 100).toFixed(2)}`,
})

const nameRules: readonly (readonly [RegExp, (random: Random, scene: Scene) => Json])[] = [
  [
    /(_time|_date|^date|_earned|date_created|_at|last_updated)$/,
    (random, { nowMs }) => timeText(pastMs(random, nowMs)),
  ],
  [/(^|_)id$|_ids$/, (random) => String(1 + random.int(99))],
  [/email/, (random) => `${word(random)}@example.com`],
  [/url|website/, (random) => `https://example.com/${word(random)}`],
  [/given_name|first_name/, givenName],
  [/family_name|last_name/, familyName],
  [/notes|description|html|body|content|message/, paragraph],
  [/name|title|label|source/, sentence],
]

const textFor = (name: string, random: Random, scene: Scene): Json => {
  const rule = nameRules.find(([pattern]) => pattern.test(name))
  return rule === undefined ? word(random) : rule[1](random, scene)
}

const valueFor = (name: string, type: string, random: Random, scene: Scene): Json => {
  if (type.endsWith('[]')) {
    return Array.from({ length: random.int(3) }, () => valueFor(name, type.slice(0, -2), random, scene))
  }
  switch (type) {
    case 'string':
      return textFor(name, random, scene)
    case 'date-time':
      return timeText(pastMs(random, scene.nowMs))
    case 'date':
      return dateText(pastMs(random, scene.nowMs))
    case 'boolean':
      return random.chance(0.5)
    case 'int32':
    case 'int64':
      return random.int(100)
    case 'number':
      return amountOf(random.int(100_000))
    default:
      return type in v2Facts.schemas ? fill(type, random, scene) : null
  }
}

/**
 * A plausible row of a v2 schema, straight from the facts: for the kinds of row whose relations are few.
 * `known` overrides fields, and one that is undefined is left out.
 */
export const fill = (schema: string, random: Random, scene: Scene, known: Row = {}): Row => {
  const fields = v2Facts.schemas[schema]
  if (fields === undefined) throw new Error(`Keap v2 has no schema ${schema}`)
  if (schema.startsWith('CurrencyValue')) return money(random.int(100_000))
  const row: Record<string, Json | undefined> = {}
  for (const [name, type] of Object.entries(fields)) {
    const empty = random.chance(0.1) && !/creat|update/.test(name)
    row[name] = name in known ? known[name] : empty ? null : valueFor(name, type, random, scene)
  }
  return inOrder(row)
}

/** Nothing is changed before it is created. */
const inOrder = (row: Record<string, Json | undefined>): Row => {
  for (const [created, updated] of [
    ['create_time', 'update_time'],
    ['created_time', 'updated_time'],
  ] as const) {
    const [first, last] = [textOf(row[created]), textOf(row[updated])]
    if (first !== undefined && last !== undefined && first > last)
      Object.assign(row, { [created]: last, [updated]: first })
  }
  return row
}
