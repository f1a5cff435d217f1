import { createHmac } from 'node:crypto'
import { type JsonText, joinObject, sliceArray, sliceObject, stringOf } from '@keap-postgres/protocol'
import { actionHere, into, mayEndIn, type Rule, type Trail } from './places.js'

/** Of one stream: a payload without what may not be shown. */
export type MaskItem = (item: JsonText) => JsonText

type Hash = (value: string) => string

/**
 * The first 16 bytes, in hex, of HMAC-SHA-256: the same for the same value, so that what was equal joins, and without the key
 * nobody can try which value it is.
 */
export function hashWith(key: string): Hash {
  return (value) => createHmac('sha256', key).update(value).digest('hex').slice(0, 32)
}

/** A payload with what lies at the trails' ends masked; all else is the text that it was. */
export function maskPayload(
  text: JsonText,
  trails: readonly Trail[],
  { hash, onMet }: { hash: Hash; onMet: (rule: Rule) => void },
): JsonText {
  function mask(value: JsonText, all: readonly Trail[]): JsonText {
    const here = all.filter((trail) => mayEndIn(value, trail))
    if (here.length === 0) return value
    const found = actionHere(here)
    for (const rule of found?.rules ?? []) onMet(rule)
    if (found?.action === 'null') return 'null'
    if (found?.action === 'hash') return hashed(value, hash)
    if (value.startsWith('{')) return mapMembers(value, (member, key) => mask(member, into(here, key, member)))
    if (value.startsWith('[')) return mapItems(value, (item) => mask(item, into(here, undefined, item)))
    return value
  }
  return mask(text, trails)
}

/** Of a list or an object every text and number in it; what says nothing stays. */
function hashed(value: JsonText, hash: Hash): JsonText {
  if (value.startsWith('{')) return mapMembers(value, (member) => hashed(member, hash))
  if (value.startsWith('[')) return mapItems(value, (item) => hashed(item, hash))
  if (value === 'null' || value === 'true' || value === 'false' || value === '""') return value
  return `"${hash(value.startsWith('"') ? stringOf(value) : value)}"`
}

function mapMembers(text: JsonText, change: (member: JsonText, key: string) => JsonText): JsonText {
  return joinObject(new Map([...sliceObject(text)].map(([key, member]) => [key, change(member, key)])))
}

function mapItems(text: JsonText, change: (item: JsonText) => JsonText): JsonText {
  return `[${sliceArray(text).map(change).join(',')}]`
}
