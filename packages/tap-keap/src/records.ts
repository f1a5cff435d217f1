import { createHash } from 'node:crypto'
import { type JsonText, type Log, sliceArray } from '@keap-postgres/protocol'
import type { Batch } from './output.js'
import { digitsAt, itemOf, textAt } from './pointer.js'
import { type Context, compileProjection } from './project.js'
import type { Selected } from './select.js'
import { streams } from './streams.js'

/** One of a page's items, and what is known beside it. */
type ItemInContext = { item: JsonText; context: Context }

/** Makes the records of one selected stream out of a page's items, and keeps count of what didn't fit. */
export type RecordMaker = {
  batch(items: readonly ItemInContext[]): Batch
  /** Says, once for each column, how many values couldn't become the column's type. */
  report(log: Log): void
}

export function recordMaker({ name, columns, mask = (item) => item }: Selected): RecordMaker {
  const { key, inside, hash } = streams[name]
  const unfit = new Map<string, { count: number; example: JsonText }>()
  const project = compileProjection(columns.columns, key, (column, text) => {
    const known = unfit.get(column)
    if (known) known.count++
    else unfit.set(column, { count: 1, example: text.slice(0, 80) })
  })

  function* records(items: readonly ItemInContext[]) {
    for (const { item, context } of items) {
      if (hash) yield project(mask(item), { ...context, hash: hashKey(item, hash, context) })
      else if (!inside) yield project(mask(item), context)
      else {
        const parent = { ...context, [inside.param]: digitsAt(item, inside.id) ?? 'null' }
        for (const nested of nestedItems(item, inside.items)) yield project(mask(nested), parent)
      }
    }
  }

  return {
    batch: (items) => ({ stream: name, records: records(items) }),
    report(log) {
      for (const [column, { count, example }] of unfit) {
        log.warn(
          `${name}.${column}: ${count} values don't fit the column and are null there, whole in raw; one is ${example}`,
          {
            stream: name,
            column,
            count,
          },
        )
      }
    },
  }
}

/**
 * A key for an item that has none: the first 16 bytes, in hex, of the SHA-256 over the JSON texts of the parent's id and of
 * these places, a line each. The same in every run while Keap sends the same; two items of one parent that agree in all of
 * them are one row.
 */
export function hashKey(item: JsonText, places: readonly string[], context: Context): JsonText {
  const slices = itemOf(item)
  const texts = [...Object.values(context), ...places.map((place) => textAt(slices, place) ?? 'null')]
  return `"${createHash('sha256').update(texts.join('\n')).digest('hex').slice(0, 32)}"`
}

/** The items of a list inside a record, or with `''` the record itself. */
export function nestedItems(item: JsonText, pointer: string): JsonText[] {
  if (pointer === '') return [item]
  const list = textAt(itemOf(item), pointer)
  return list?.startsWith('[') ? sliceArray(list) : []
}
