import { ConfigError, nearest } from '@keap-postgres/protocol'
import { columnsOf, type StreamColumn } from '../schemas.js'
import { matching } from '../select.js'
import type { StreamName } from '../streams.js'
import type { Action, Rule } from './places.js'

/** What a stream's rules are, and which of its columns are left empty without a look at the payload. */
export type StreamRules = { rules: Rule[]; emptied: Set<string> }

const SETTING = 'The setting "mask"'

/**
 * The rules of each stream, from `{"contacts.given_name": "hash", "orders.raw/contact/email": "null"}`: a stream's name or glob, then a
 * column, or `raw` with a place in the payload.
 *
 * @throws {ConfigError} for a stream or a column that there isn't, or a place that can't be one
 */
export function readRules(mask: Readonly<Record<string, Action>>): Map<StreamName, StreamRules> {
  const all = new Map<StreamName, StreamRules>()
  const rulesOf = (name: StreamName): StreamRules => {
    const known = all.get(name) ?? { rules: [], emptied: new Set() }
    all.set(name, known)
    return known
  }
  for (const [rule, action] of Object.entries(mask)) {
    const { names, rest } = splitRule(rule)
    if (rest.startsWith('raw/')) {
      const segments = segmentsOf(rule, rest.slice('raw/'.length))
      for (const name of names) rulesOf(name).rules.push({ name: rule, segments, action })
      continue
    }
    const having = names.flatMap((name) => {
      const column = columnsOf(name).columns.find((one) => one.name === rest)
      return column ? [{ name, column }] : []
    })
    if (having.length === 0) throw unknownColumn(rule, names, rest)
    for (const { name, column } of having) addColumn(rulesOf(name), rule, column, action)
  }
  return all
}

function splitRule(rule: string): { names: StreamName[]; rest: string } {
  const dot = rule.indexOf('.')
  if (dot < 0) {
    throw new ConfigError(
      `${SETTING} names "${rule}"; wanted is a stream and a column, "contacts.given_name", or a place, "contacts.raw/notes".`,
    )
  }
  return { names: matching(rule.slice(0, dot), SETTING), rest: rule.slice(dot + 1) }
}

function segmentsOf(rule: string, place: string): string[] {
  const segments = place.split('/')
  if (segments.includes('') || segments.at(-1) === '**') {
    throw new ConfigError(
      `${SETTING} names "${rule}", which ends in no place. Name a member, as in "contacts.raw/**/email".`,
    )
  }
  return segments
}

function addColumn(
  { rules, emptied }: StreamRules,
  name: string,
  { from, as, ...column }: StreamColumn,
  action: Action,
) {
  if (from === '' || from.startsWith('@')) {
    if (action === 'hash') throw new ConfigError(`${SETTING} has "hash" for "${name}", which has only "null".`)
    emptied.add(column.name)
    return
  }
  const segments = from.slice(1).split('/')
  // The ids of custom fields say which field it is; what is in them is the content.
  const isContent = as === 'content_by_id' && action === 'hash'
  rules.push({ name, segments: isContent ? [...segments, '*', 'content'] : segments, action })
}

function unknownColumn(rule: string, names: readonly StreamName[], column: string): ConfigError {
  const columns = new Set(names.flatMap((name) => columnsOf(name).columns.map((one) => one.name)))
  const meant = nearest(column, columns)
  const where = names.length === 1 ? names[0] : 'none of these streams'
  return new ConfigError(
    `${SETTING} names "${rule}", and ${where} has ${names.length === 1 ? 'no' : 'a'} column "${column}"` +
      `${meant ? ` (did you mean "${meant}"?)` : ''}. docs/streams.md and tap-keap --discover have the columns; ` +
      'a place in the payload is written "contacts.raw/addresses/*/line1".',
  )
}
