import { compareIds } from '../collection.js'
import { type Row, textOf } from '../json.js'
import { readerOf, textAt, textsAt } from '../lists/row-path.js'
import { randomFrom } from '../random.js'
import { plans, type Store } from './account.js'
import type { Plan } from './plan.js'
import { contactTag } from './tags.js'
import { timeText } from './times.js'

/** How a test or the demo changes the account while it is served. Every change carries the clock's time. */
export interface Mutate {
  /** Makes a row of its kind with an id of its own; `known` overrides its fields. What hangs on it is made too. */
  create(resource: string, known?: Row): Row
  /** Replaces fields and moves the row's update time. Throws when there is no such row. */
  update(resource: string, id: string, patch: Row): Row
  /**
   * Takes a row out, with what hangs on it (a contact's tags, an order's payments). What merely names it (a contact's
   * notes and orders) stays and is an orphan. False when there is no such row.
   */
  remove(resource: string, id: string): boolean
  /** Tags a contact: in its `tag_ids`, its update time, and in the tag's list, with the time applied. */
  applyTag(contactId: string, tagId: string): void
  removeTag(contactId: string, tagId: string): void
}

const planFor = (resource: string): Plan => {
  const plan = plans.find(({ name }) => name === resource)
  if (plan === undefined)
    throw new Error(`no ${resource} in the account; it has ${plans.map(({ name }) => name).join(', ')}`)
  return plan
}

const stamped = (plan: Plan, row: Row, time: string, created: boolean): Row => ({
  ...row,
  ...(created && plan.created !== undefined ? { [plan.created]: time } : {}),
  ...(plan.updated === undefined ? {} : { [plan.updated]: time }),
})

/** Ids go on after the greatest one ever given, so that an id is never used twice. */
const makeIds = (store: Store): ((resource: string) => string) => {
  const last = new Map<string, bigint>()
  const greatest = (resource: string): bigint => {
    const { name, idOf } = store.collection(resource)
    let found = '0'
    for (const row of store.collection(name).rows()) {
      const digits = (idOf(row).match(/\d+/g) ?? []).at(-1) ?? '0'
      if (compareIds(digits, found) > 0) found = digits
    }
    return BigInt(found)
  }
  return (resource) => {
    const next = (last.get(resource) ?? greatest(resource)) + 1n
    last.set(resource, next)
    return String(next)
  }
}

export const makeMutate = (store: Store, now: () => number): Mutate => {
  const nextId = makeIds(store)
  const found = (resource: string, id: string): Row => {
    const row = store.collection(resource).get(id)
    if (row === undefined) throw new Error(`no ${resource} with id ${id}`)
    return row
  }
  const childrenOf = (resource: string) => plans.filter(({ each }) => each?.parent === resource)

  const createChildren = (resource: string, parent: Row): void => {
    for (const plan of childrenOf(resource)) {
      const random = randomFrom(store.seed, `${plan.name} of ${store.collection(resource).idOf(parent)}`)
      const scene = { ...store, nowMs: now() }
      for (const child of plan.each?.make(parent, () => nextId(plan.name), random, scene) ?? []) {
        store.collection(plan.name).put(stamped(plan, child, timeText(now()), true))
        createChildren(plan.name, child)
      }
    }
  }

  const create = (resource: string, known: Row = {}): Row => {
    const plan = planFor(resource)
    const id = textOf(known.id) ?? nextId(resource)
    const random = randomFrom(store.seed, `${resource} ${id}`)
    const made = plan.of?.make(id, random, { ...store, nowMs: now() }) ?? { id }
    const row = { ...stamped(plan, made, timeText(now()), true), ...known }
    store.collection(resource).put(row)
    createChildren(resource, row)
    return row
  }

  const update = (resource: string, id: string, patch: Row): Row => {
    const row = { ...stamped(planFor(resource), found(resource, id), timeText(now()), false), ...patch }
    store.collection(resource).put(row)
    return row
  }

  const remove = (resource: string, id: string): boolean => {
    const { name } = planFor(resource)
    for (const plan of childrenOf(name)) {
      if (plan.each?.by === undefined) continue
      const collection = store.collection(plan.name)
      const read = readerOf(plan.each.by)
      for (const child of [...collection.group(plan.each.by, (row) => textOf(read(row)[0]), id)]) {
        remove(plan.name, collection.idOf(child))
      }
    }
    if (name === 'tags') for (const tagged of taggedWith(id)) removeTag(textAt(tagged, 'id'), id)
    return store.collection(name).delete(id)
  }

  const taggedWith = (tagId: string): readonly Row[] => [
    ...store.collection('contact_tags').group('tag_id', (row) => textAt(row, 'tag_id'), tagId),
  ]

  const setTags = (contactId: string, change: (tagIds: readonly string[]) => readonly string[]): Row => {
    const tag_ids = change(textsAt(found('contacts', contactId), 'tag_ids'))
    return update('contacts', contactId, { tag_ids, groups: tag_ids.join(',') })
  }

  const applyTag = (contactId: string, tagId: string): void => {
    found('tags', tagId)
    const contact = setTags(contactId, (tagIds) => [...new Set([...tagIds, tagId])])
    store.collection('contact_tags').put(contactTag(contact, tagId, timeText(now())))
  }

  const removeTag = (contactId: string, tagId: string): void => {
    setTags(contactId, (tagIds) => tagIds.filter((other) => other !== tagId))
    store.collection('contact_tags').delete(`${tagId}-${contactId}`)
  }

  return { create, update, remove, applyTag, removeTag }
}
