import { JsonSyntaxError, type JsonText, sliceArray, sliceObject, stringOf } from '@keap-postgres/protocol'
import { z } from 'zod'
import { RequestError } from './errors.js'

/** What stands around the items of a list. v2 ends with an empty token or none; v1's `count` is the total. */
const Envelope = z.object({ nextToken: z.string(), count: z.number().optional() })

export type ListPage = { items: JsonText[]; nextToken: string | undefined; count: number | undefined }

/**
 * Takes a list's answer apart, leaving each item the text that Keap sent.
 *
 * @param records the member that holds the items
 * @throws {RequestError} when it isn't the list that was asked for. Something else in a 200 is an error, never an empty list.
 */
export function readPage(text: string, records: string, url: string): ListPage {
  try {
    const members = sliceObject(text)
    const items = members.get(records)
    if (items === undefined)
      throw new TypeError(`no "${records}" in it, only ${[...members.keys()].join(', ') || 'nothing'}`)
    const token = members.get('next_page_token') ?? 'null'
    const { nextToken, count } = Envelope.parse({
      nextToken: token === 'null' ? '' : stringOf(token),
      count: members.has('count') ? Number(members.get('count')) : undefined,
    })
    return { items: sliceArray(items), nextToken: nextToken === '' ? undefined : nextToken, count }
  } catch (error) {
    if (!(error instanceof JsonSyntaxError || error instanceof TypeError || error instanceof z.ZodError)) throw error
    const reason = error instanceof z.ZodError ? error.issues[0]?.message : error.message
    throw new RequestError(`Keap's answer at ${url} isn't the list that was asked for: ${reason}`)
  }
}
