import { BadRequestError } from '../keap/errors.js'
import type { Token } from '../stream.js'
import { joinFilter, type List, type Page, type Position, type Step } from './list.js'
import { seenTokens } from './seen-tokens.js'

/**
 * Along `next_page_token` to the page that has none. A token of a former run is tried; when Keap doesn't take it any more,
 * the list is read from its beginning.
 *
 * @throws {RequestError} when a token comes twice: following it would never end
 */
export async function* walkToken(
  list: List,
  walk: Pick<Token, 'order' | 'paged'>,
  from: Position = {},
): AsyncGenerator<Step> {
  const seen = seenTokens()
  const fetch = (token: string | undefined): Promise<Page> =>
    list.fetch({
      filter: joinFilter(list.filter),
      order_by: walk.order,
      page_size: walk.paged ? list.pageSize : undefined,
      page_token: token,
    })
  let page = await fetch(from.token).catch((error: unknown) => {
    if (from.token !== undefined && error instanceof BadRequestError) return fetch(undefined)
    throw error
  })
  for (;;) {
    const token = walk.paged ? page.nextToken : undefined
    yield { page, items: page.items, position: { token }, more: token !== undefined }
    if (token === undefined) return
    page = await fetch(seen.first(token))
  }
}
