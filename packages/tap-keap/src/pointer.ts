import { type JsonText, sliceObject, stringOf } from '@keap-postgres/protocol'

/** One item of Keap's, as text, with the objects in it sliced when first asked for. */
export type Item = { text: JsonText; slices: Map<string, ReadonlyMap<string, JsonText>> }

export function itemOf(text: JsonText): Item {
  return { text, slices: new Map() }
}

/** The text at a JSON pointer through objects, e.g. `/contact/id`; undefined when something on the way isn't there. */
export function textAt(item: Item, pointer: string): JsonText | undefined {
  if (pointer === '') return item.text
  const cut = pointer.lastIndexOf('/')
  return membersAt(item, pointer.slice(0, cut))?.get(pointer.slice(cut + 1))
}

/** The string at a pointer; undefined when it isn't there or isn't a string. */
export function stringAt(text: JsonText, pointer: string): string | undefined {
  const found = textAt(itemOf(text), pointer)
  return found?.startsWith('"') ? stringOf(found) : undefined
}

/** The whole number at a pointer, whether sent as a number (v1) or a string of digits (v2). */
export function digitsAt(text: JsonText, pointer: string): string | undefined {
  const found = textAt(itemOf(text), pointer)
  const digits = found?.startsWith('"') ? stringOf(found) : found
  return digits !== undefined && /^\d+$/.test(digits) ? digits : undefined
}

function membersAt(item: Item, pointer: string): ReadonlyMap<string, JsonText> | undefined {
  const known = item.slices.get(pointer)
  if (known !== undefined) return known
  const text = textAt(item, pointer)
  if (text === undefined || !text.startsWith('{')) return undefined
  const members = sliceObject(text)
  item.slices.set(pointer, members)
  return members
}

/** Whether an item says anything at a pointer. */
export function has(item: JsonText, pointer: string | undefined): boolean {
  const found = pointer && textAt(itemOf(item), pointer)
  return found !== undefined && found !== '' && found !== 'null' && found !== '""'
}
