import { compareIds } from '../collection.js'
import { isList, type Json, numberOf, type Row, textOf } from '../json.js'
import { BadRequest, type Clause, type Operator } from './filter.js'
import { type Reader, readerOf, rowsAt } from './row-path.js'

/**
 * What a filter field means for a row. `time` compares instants, `id` digits of any length, `present` asks whether
 * there is a value at all, and `shown` hides rows (e.g. inactive users) unless the filter says true. `ignored` is
 * taken and changes nothing; `unsupported` is Keap's, but the sandbox has nothing to decide it by, and says so.
 */
export interface Rule {
  readonly kind:
    | 'text'
    | 'contains'
    | 'id'
    | 'number'
    | 'flag'
    | 'time'
    | 'present'
    | 'shown'
    | 'ignored'
    | 'unsupported'
  /** Where in the row the value is. */
  readonly path: string
  readonly read: Reader
  /** What `==` stands for: a field `since_time` says `==` and means `>=`. */
  readonly equals?: Operator
  /** For `shown`: the value that marks a hidden row. */
  readonly hidden?: Json
}

export const text = (path: string): Rule => ({ kind: 'text', path, read: readerOf(path) })
export const contains = (path: string): Rule => ({ kind: 'contains', path, read: readerOf(path) })
export const id = (path: string): Rule => ({ kind: 'id', path, read: readerOf(path) })
export const number = (path: string): Rule => ({ kind: 'number', path, read: readerOf(path) })
export const flag = (path: string): Rule => ({ kind: 'flag', path, read: readerOf(path) })
/** A flag that no field holds, but several together tell (e.g. whether an order is paid). */
export const flagOf = (of: (row: Row) => boolean): Rule => ({ kind: 'flag', path: '', read: (row) => [of(row)] })
export const present = (path: string): Rule => ({ kind: 'present', path, read: readerOf(path) })
export const since = (path: string): Rule => ({ kind: 'time', path, read: readerOf(path), equals: '>=' })
export const until = (path: string): Rule => ({ kind: 'time', path, read: readerOf(path), equals: '<=' })
export const time = (path: string): Rule => ({ kind: 'time', path, read: readerOf(path) })
export const shown = (path: string, hidden: Json): Rule => ({ kind: 'shown', path, read: readerOf(path), hidden })

const nowhere = { path: '', read: () => [] } as const
export const ignored: Rule = { kind: 'ignored', ...nowhere }
export const unsupported: Rule = { kind: 'unsupported', ...nowhere }

/** Decides whether a row passes. */
export type Test = (row: Row) => boolean

const holds = (difference: number, operator: Operator): boolean => {
  if (operator === '==') return difference === 0
  if (operator === '!=') return difference !== 0
  if (operator === '<') return difference < 0
  if (operator === '<=') return difference <= 0
  return operator === '>' ? difference > 0 : difference >= 0
}

const instant = (field: string, value: string): number => {
  const ms = /^\d{4}-\d\d-\d\dT/.test(value) ? Date.parse(value.replace(/([+-]\d\d)(\d\d)$/, '$1:$2')) : Number.NaN
  if (Number.isNaN(ms)) throw new BadRequest(`Invalid date-time for ${field}: ${value}`)
  return ms
}

const truth = (field: string, value: string): boolean => {
  if (value !== 'true' && value !== 'false') throw new BadRequest(`Invalid boolean for ${field}: ${value}`)
  return value === 'true'
}

const quantity = (field: string, value: string): number => {
  if (value.trim() === '' || Number.isNaN(Number(value))) throw new BadRequest(`Invalid number for ${field}: ${value}`)
  return Number(value)
}

const digits = (field: string, value: string): string => {
  if (!/^\d+$/.test(value)) throw new BadRequest(`Invalid id for ${field}: ${value}`)
  return value.replace(/^0+(?=\d)/, '')
}

const any = (rule: Rule, matches: (value: Json) => boolean): Test => {
  const { read } = rule
  return (row) => read(row).some(matches)
}

/** `user_id==UNASSIGNED` and `email==NONE` ask for rows without a value. */
const asksForNone = (value: string) => value === 'UNASSIGNED' || value === 'NONE'

const textTest = (rule: Rule, { values, wildcard }: Clause): Test => {
  const wanted = values.map((value) => value.toLowerCase())
  return any(rule, (value) => {
    const actual = textOf(value)?.toLowerCase()
    if (actual === undefined) return false
    if (wildcard) return wanted.some((prefix) => actual.startsWith(prefix))
    return rule.kind === 'contains' ? wanted.some((part) => actual.includes(part)) : wanted.includes(actual)
  })
}

const idTest = (rule: Rule, { field, operator, values }: Clause): Test => {
  const wanted = values.map((value) => digits(field, value))
  if (operator === '==') {
    const ids = new Set(wanted)
    return any(rule, (value) => ids.has(textOf(value) ?? ''))
  }
  const [bound = ''] = wanted
  return any(rule, (value) => holds(compareIds(textOf(value) ?? '', bound), operator))
}

const timeTest = (rule: Rule, { field, operator, values: [value = ''] }: Clause): Test => {
  const bound = instant(field, value)
  const meaning = operator === '==' ? (rule.equals ?? '==') : operator
  return any(rule, (actual) => typeof actual === 'string' && holds(timeOf(actual) - bound, meaning))
}

/** The epoch milliseconds of a row's own time, in any of the forms Keap writes. */
const timeOf = (value: string): number => Date.parse(value.replace('+0000', 'Z'))

/** What a clause asks of a row. Throws a BadRequest when its value isn't of the field's kind. */
export const testFor = (rule: Rule, clause: Clause): Test => {
  const { field, operator, values } = clause
  const [value = ''] = values
  if (asksForNone(value)) {
    return (row) => !rule.read(row).some((found) => found !== null && found !== '')
  }
  switch (rule.kind) {
    case 'text':
    case 'contains':
      return textTest(rule, clause)
    case 'id':
      return idTest(rule, clause)
    case 'time':
      return timeTest(rule, clause)
    case 'number': {
      const bound = quantity(field, value)
      return any(rule, (actual) => holds(numberOf(actual) - bound, operator))
    }
    case 'flag': {
      const wanted = truth(field, value)
      return (row) => (rule.read(row)[0] ?? false) === wanted
    }
    case 'present': {
      const wanted = truth(field, value)
      return (row) => rule.read(row).some((found) => found !== null) === wanted
    }
    case 'ignored':
      return () => true
    case 'unsupported':
      throw new BadRequest(`The sandbox can't filter by ${field}`)
    case 'shown':
      return truth(field, value) ? () => true : hides(rule)
  }
}

/** What holds for a `shown` field that the filter doesn't mention: the hidden rows stay hidden. */
export const hides = (rule: Rule): Test => {
  const { read, hidden } = rule
  return (row) => !read(row).some((value) => value === hidden)
}

const types: Readonly<Record<string, Rule['kind']>> = {
  boolean: 'flag',
  number: 'number',
  int32: 'number',
  'date-time': 'time',
}

/**
 * The rule for a filter field that the table doesn't spell out, by the names Keap uses throughout: `ids`,
 * `since_time`, `until_create_time`, `contact_id`, and everything else the field of that name.
 */
export const ruleByName = (field: string, schema: Readonly<Record<string, string>>, updated: string): Rule => {
  const range = /^(since|until|start|end)_(?:(.+)_)?time$/.exec(field)
  if (range !== null && !(field in schema)) {
    const named = range[2] === undefined ? updated : `${range[2]}_time`
    return range[1] === 'since' || range[1] === 'start' ? since(named) : until(named)
  }
  if (field in schema) {
    const type = schema[field] ?? 'string'
    if (/(^|_)ids?$/.test(field)) return id(field)
    return { kind: /_time$/.test(field) ? 'time' : (types[type] ?? 'text'), path: field, read: readerOf(field) }
  }
  if (/(^|_)ids$/.test(field)) return id(field === 'ids' || !(field.slice(0, -1) in schema) ? 'id' : field.slice(0, -1))
  if (/_id$/.test(field)) return id('id')
  throw new Error(`no rule for the filter field ${field}: give the endpoint one`)
}

/** The kind of value a custom field holds, for comparing. */
export const contentRule = (fieldId: string, kind: Rule['kind']): Rule => ({
  kind,
  path: 'custom_fields',
  read: (row) => {
    const values = rowsAt(row, 'custom_fields')
    const content = values.find((value) => value.id === fieldId)?.content
    if (content === undefined) return []
    return isList(content) ? content : [content]
  },
})
