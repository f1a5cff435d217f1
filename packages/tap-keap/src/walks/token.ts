import { RequestError } from '../keap/errors.js'
import type { Token } from '../stream.js'
import { joinFilter, type List, type Step } from './list.js'

/**
 * Along `next_page_token` to the page that has none. Tokens are opaque, and good for this run only.
 *
 * @throws {RequestError} when a token comes twice: following it would never end
 */
export async function* walkToken(list: List, walk: Pick<Token, 'order' | 'paged'>): AsyncGenerator<Step> {
  const seen = new Set<string>()
  let token: string | undefined
  do {
    const page = await list.fetch({
      filter: joinFilter(list.filter),
      order_by: walk.order,
      page_size: walk.paged ? list.pageSize : undefined,
      page_token: token,
    })
    yield { page, items: page.items, position: {} }
    token = walk.paged ? page.nextToken : undefined
    if (token !== undefined) {
      if (seen.has(token))
        throw new RequestError(`the page token ${token.slice(0, 40)} came twice: the list never ends`)
      seen.add(token)
    }
  } while (token !== undefined)
}
