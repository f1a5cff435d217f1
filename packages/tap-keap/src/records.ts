import { type JsonText, type Log, sliceArray } from '@keap-postgres/protocol'
import type { Batch } from './output.js'
import { digitsAt, itemOf, textAt } from './pointer.js'
import { type Context, compileProjection } from './project.js'
import type { Selected } from './select.js'
import { streams } from './streams.js'

/** Makes the records of one selected stream out of a page's items, and keeps count of what didn't fit. */
export type RecordMaker = {
  batch(items: readonly JsonText[], context: Context): Batch
  /** Says, once for each column, how many values couldn't become the column's type. */
  report(log: Log): void
}

export function recordMaker({ name, columns }: Selected): RecordMaker {
  const { key, inside } = streams[name]
  const unfit = new Map<string, { count: number; example: JsonText }>()
  const project = compileProjection(columns.columns, key, (column, text) => {
    const known = unfit.get(column)
    if (known) known.count++
    else unfit.set(column, { count: 1, example: text.slice(0, 80) })
  })

  function* records(items: readonly JsonText[], context: Context) {
    for (const item of items) {
      if (!inside) yield project(item, context)
      else {
        const parent = { ...context, [inside.param]: digitsAt(item, inside.id) ?? 'null' }
        for (const nested of nestedItems(item, inside.items)) yield project(nested, parent)
      }
    }
  }

  return {
    batch: (items, context) => ({ stream: name, records: records(items, context) }),
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

function nestedItems(item: JsonText, pointer: string): JsonText[] {
  const list = textAt(itemOf(item), pointer)
  return list?.startsWith('[') ? sliceArray(list) : []
}
