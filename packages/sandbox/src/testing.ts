import assert from 'node:assert/strict'
import type { Json, Row } from './json.js'
import { firstAt, rowsAt, textAt } from './lists/row-path.js'
import type { KeapHandle } from './start-keap.js'

/** What tests send: the API key in Keap's own header. */
export const keyHeaders = { 'x-keap-api-key': 'KeapAK-sandbox' } as const

type Served = Pick<KeapHandle, 'url'>

/** `GET /crm/rest{path}`, as it comes. */
export const get = (
  keap: Served,
  path: string,
  headers: Readonly<Record<string, string>> = keyHeaders,
): Promise<Response> => fetch(`${keap.url}/crm/rest${path}`, { headers })

export const jsonOf = async (response: Response): Promise<Row> => (await response.json()) as Row

/** The JSON of a 200; fails the test on any other status. */
export const getJson = async (keap: Served, path: string): Promise<Row> => {
  const response = await get(keap, path)
  const body = await response.text()
  assert.equal(response.status, 200, `GET ${path}: ${body}`)
  return JSON.parse(body) as Row
}

/** The status and message of a refusal, in v2's shape and v1's. */
export const refusalOf = async (keap: Served, path: string): Promise<string> => {
  const response = await get(keap, path)
  return `${response.status} ${textAt(await jsonOf(response), 'message')}`
}

export const errorCodeOf = async (response: Response): Promise<Json | undefined> =>
  firstAt(await jsonOf(response), 'fault.detail.errorcode')

/** The records of an envelope. */
export const recordsOf = rowsAt

export const idsOf = (rows: readonly Row[]): readonly string[] => rows.map((row) => textAt(row, 'id'))

/** A path with a filter in its encoded form: Keap's operators aren't safe in a URL. */
export const filtered = (path: string, filter: string, more = ''): string =>
  `${path}?filter=${encodeURIComponent(filter)}${more}`

/** All records of a v2 list, walked by token to the end, with the query given. */
export const walk = async (keap: Served, path: string, records: string, query = ''): Promise<readonly Row[]> => {
  const found: Row[] = []
  let token = ''
  do {
    const page = await getJson(keap, `${path}?${query}&page_token=${token}`)
    found.push(...recordsOf(page, records))
    token = textAt(page, 'next_page_token')
  } while (token !== '')
  return found
}
