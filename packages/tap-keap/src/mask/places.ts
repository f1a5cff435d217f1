import { type JsonText, sliceObject, stringOf } from '@keap-postgres/protocol'

/** What becomes of a value: another text, the same for the same value; or nothing. */
export type Action = 'hash' | 'null'

/**
 * Places in a payload. A segment is a member's name, `*` (any member, or any item of a list), `**` (as many of these as you
 * like, or none), or `id=12` (those items of a list that say so).
 */
export type Rule = { name: string; segments: readonly string[]; action: Action }

/** A rule, and how many of its segments lie above where we are. */
export type Trail = { rule: Rule; at: number }

export function beginning(rules: readonly Rule[]): Trail[] {
  return rules.map((rule) => ({ rule, at: 0 }))
}

/** The trails that lead on into a member, or with `key` undefined into an item of a list. */
export function into(trails: readonly Trail[], key: string | undefined, value?: JsonText): Trail[] {
  return spread(trails).flatMap(({ rule, at }) => {
    const segment = rule.segments[at]
    if (segment === '**') return [{ rule, at }]
    return segment !== undefined && meets(segment, key, value) ? [{ rule, at: at + 1 }] : []
  })
}

/**
 * Whether a trail may end within a text: all the names that it still needs stand there. Most of a payload is told so without being
 * taken apart, which makes `**` five times as fast. Where a name may be written with escapes, nothing is told.
 */
export function mayEndIn(text: JsonText, { rule, at }: Trail): boolean {
  if (text.includes('\\u')) return true
  return rule.segments.slice(at).every((segment) => /^\*|=/.test(segment) || text.includes(`"${segment}"`))
}

/** What is to become of the value where the trails have led; `null` is the stricter. */
export function actionHere(trails: readonly Trail[]): { action: Action; rules: Rule[] } | undefined {
  const rules = spread(trails).flatMap(({ rule, at }) => (at === rule.segments.length ? [rule] : []))
  if (rules.length === 0) return undefined
  return { action: rules.some(({ action }) => action === 'null') ? 'null' : 'hash', rules }
}

/** `**` also means nothing at all. */
function spread(trails: readonly Trail[]): Trail[] {
  return trails.flatMap(({ rule, at }) => {
    const all = [{ rule, at }]
    for (let next = at; rule.segments[next] === '**'; ) all.push({ rule, at: ++next })
    return all
  })
}

function meets(segment: string, key: string | undefined, value: JsonText | undefined): boolean {
  if (segment === '*' || segment === key) return true
  const [, name, wanted] = /^(\w+)=(.*)$/.exec(segment) ?? []
  if (name === undefined || key !== undefined || !value?.startsWith('{')) return false
  const found = sliceObject(value).get(name)
  return found !== undefined && (found.startsWith('"') ? stringOf(found) : found) === wanted
}
