import { isRow, type Json } from '../json.js'
import { hash } from '../random.js'
import { BadRequest } from './filter.js'

/** A number that stands for what a token may be used with: the list, its filter and its order. */
export const digest = (path: string, filter: string, orderBy: string): number => hash(`${path}\n${filter}\n${orderBy}`)

/** An opaque token: base64url of the count of rows already given, as Keap's own are, and of the list's digest. */
export const tokenFor = (lastRow: number, of: number): string =>
  Buffer.from(JSON.stringify({ lastRow, of })).toString('base64url')

const decode = (token: string): Json => {
  try {
    return JSON.parse(Buffer.from(token, 'base64url').toString('utf8'))
  } catch {
    return null
  }
}

/** How many rows a token says were given; 0 for no token. Throws a BadRequest for another list's token. */
export const placeOf = (token: string, of: number): number => {
  if (token === '') return 0
  const place = decode(token)
  if (!isRow(place) || typeof place.lastRow !== 'number' || place.lastRow < 0) {
    throw new BadRequest('Invalid page_token')
  }
  if (place.of !== of) {
    throw new BadRequest('page_token does not belong to this filter and order_by')
  }
  return place.lastRow
}

/** Some lists end with an empty token and some without one; a client must take both. */
export const endsWithEmptyToken = (path: string): boolean => hash(path) % 2 === 0

/** A whole number within bounds, or a BadRequest that names the parameter. */
export const wholeNumber = (
  name: string,
  given: string | null,
  fallback: number,
  least: number,
  most: number,
): number => {
  if (given === null || given === '') return fallback
  const value = Number(given)
  if (!Number.isInteger(value) || value < least || value > most) {
    throw new BadRequest(`${name} must be between ${least} and ${most}: ${given}`)
  }
  return value
}
