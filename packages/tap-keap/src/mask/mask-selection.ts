import { ConfigError, type Log } from '@keap-postgres/protocol'
import type { TapConfig } from '../config.js'
import type { StreamColumn, StreamColumns } from '../schemas.js'
import type { Selected, Selection } from '../select.js'
import { type StreamName, streamNames, streams } from '../streams.js'
import { hashWith, type MaskItem, maskPayload } from './mask-payload.js'
import { actionHere, beginning, into, type Rule, type Trail } from './places.js'
import { readRules, type StreamRules } from './read-rules.js'

/** A selection whose payloads are masked before anything is made of them. */
type Masked = {
  selection: Selection
  /** Names the places that no payload had. */
  report(log: Log): void
}

/**
 * @throws {ConfigError} when the setting names what there isn't, would empty or change a key, would put a hash where no text
 *   goes, or hashes without a `mask_key`
 */
export function maskSelection(selection: Selection, { mask, mask_key: key }: TapConfig): Masked {
  const rules = readRules(mask)
  if (key === undefined && Object.values(mask).includes('hash')) {
    throw new ConfigError(
      'The setting "mask" has "hash", and there is no mask_key. Set it (TAP_KEAP_MASK_KEY) to a long random text, and keep it: ' +
        'with another one every hash is another.',
    )
  }
  const looked = new Set<Rule>()
  const met = new Set<Rule>()
  const how = { hash: hashWith(key ?? ''), onMet: (rule: Rule) => void met.add(rule) }
  const masked = selection.streams.map((selected) => {
    const trails = trailsOf(selected.name, rules)
    const emptied = rules.get(selected.name)?.emptied ?? new Set()
    refuseUnfit(selected, trails, emptied)
    if (trails.length === 0 && emptied.size === 0) return selected
    const maskItem: MaskItem = (item) => {
      for (const { rule } of trails) looked.add(rule)
      return maskPayload(item, trails, how)
    }
    return { ...selected, columns: withEmptied(selected.columns, emptied), mask: maskItem }
  })
  return {
    selection: { ...selection, streams: masked },
    report(log) {
      const names = (of: Set<Rule>) => new Set([...of].map(({ name }) => name))
      for (const name of names(looked)) {
        if (!names(met).has(name)) log.warn(`mask: no payload had anything at "${name}"`, { rule: name })
      }
    },
  }
}

/** A stream's own rules, and those of the streams whose records hold its items, or that are made of a part of its own. */
function trailsOf(name: StreamName, all: ReadonlyMap<StreamName, StreamRules>): Trail[] {
  const rulesOf = (one: StreamName) => all.get(one)?.rules ?? []
  const { inside } = streams[name]
  const outer = inside ? leadInto(beginning(rulesOf(inside.stream as StreamName)), inside.items) : []
  const nested = streamNames.flatMap((one) => {
    const within = streams[one].inside
    if (within?.stream !== name) return []
    const path = within.items === '' ? [] : [...within.items.slice(1).split('/'), '*']
    return rulesOf(one).map((rule) => ({ ...rule, segments: [...path, ...rule.segments] }))
  })
  return [...beginning(rulesOf(name)), ...outer, ...beginning(nested)]
}

/** The trails to each item of the list at a pointer; with `''`, those of the payload itself. */
function leadInto(trails: readonly Trail[], pointer: string): Trail[] {
  if (pointer === '') return [...trails]
  const atList = pointer
    .slice(1)
    .split('/')
    .reduce<Trail[]>((here, key) => into(here, key), [...trails])
  return into(atList, undefined)
}

function refuseUnfit({ name, columns }: Selected, trails: readonly Trail[], emptied: ReadonlySet<string>): void {
  const { key } = streams[name]
  for (const column of columns.columns) {
    const found = actionOn(column, trails)
    const rule = found?.rules[0]?.name ?? `${name}.${column.name}`
    if (key.includes(column.name) && (found?.action === 'null' || emptied.has(column.name))) {
      throw new ConfigError(
        `The setting "mask" has "null" for "${rule}", and ${name}.${column.name} is the key, without which there is no row. ` +
          'Take "hash" where it is a text, or leave the stream out.',
      )
    }
    if (found?.action === 'hash' && !takesText(column)) {
      throw new ConfigError(
        `The setting "mask" has "hash" for "${rule}", and ${name}.${column.name} takes no text. Take "null" there.`,
      )
    }
  }
}

/** What becomes of a column's value, be it by a rule for its place or for one that it lies in. */
function actionOn({ from }: StreamColumn, trails: readonly Trail[]): ReturnType<typeof actionHere> {
  if (!from.startsWith('/')) return undefined
  let here: readonly Trail[] = trails
  for (const key of from.slice(1).split('/')) {
    here = into(here, key)
    const found = actionHere(here)
    if (found) return found
  }
  return undefined
}

/** A text, or a list or an object, whose texts are then hashed. */
function takesText({ as, schema }: StreamColumn): boolean {
  if (as === 'ids' || as === 'money') return false
  return (
    schema.format === undefined && [schema.type].flat().some((type) => /^(string|array|object)$/.test(String(type)))
  )
}

/** Columns that are not of a place in the payload, which the walk knows nothing for. */
function withEmptied({ description, columns }: StreamColumns, emptied: ReadonlySet<string>): StreamColumns {
  const nullable = (type: unknown) => [...new Set([type, 'null'].flat())].map(String)
  return {
    description,
    columns: columns.map((column) => {
      if (!emptied.has(column.name)) return column
      return { ...column, from: '@masked', schema: { ...column.schema, type: nullable(column.schema.type) } }
    }),
  }
}
