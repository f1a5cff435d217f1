import { RequestError } from '../keap/errors.js'
import { digitsAt } from '../pointer.js'
import type { Keyset } from '../stream.js'
import { joinFilter, type List, type Position, type Step } from './list.js'
import { seenTokens } from './seen-tokens.js'

/**
 * By rising id, each page asked for as "ids greater than the last one seen". Rows that are added, changed or deleted
 * meanwhile can't shift a row out of sight, and the walk goes on behind any record.
 *
 * @throws {RequestError} when ids don't rise: then the order or the filter wasn't honoured, and rows may be missing
 */
export async function* walkKeyset(list: List, walk: Keyset, from: Position): AsyncGenerator<Step> {
  let after = from.after
  let token: string | undefined
  const seen = seenTokens()
  for (;;) {
    const behind = after === undefined ? [] : [`${walk.filter}>${after}`]
    const page = await list.fetch({
      filter: joinFilter([...list.filter, ...behind]),
      order_by: `${walk.order} asc`,
      page_size: list.pageSize,
      page_token: token,
    })
    for (const item of page.items) {
      const id = digitsAt(item, walk.id)
      if (id === undefined) throw new RequestError(`a record without a numeric ${walk.id}: ${item.slice(0, 80)}`)
      if (after !== undefined && BigInt(id) <= BigInt(after)) {
        throw new RequestError(`ids must rise, but ${id} came after ${after}: the order or the filter was not honoured`)
      }
      after = id
    }
    yield { page, items: page.items, position: { after }, more: page.nextToken !== undefined }
    if (page.nextToken === undefined) return
    // The token says that there is more. It is followed where no id leads on, behind a page that is empty.
    token = page.items.length === 0 ? seen.first(page.nextToken) : undefined
  }
}
