import { RequestError } from '../keap/errors.js'

/** Page tokens that were followed: none is, twice. */
export function seenTokens() {
  const seen = new Set<string>()
  return {
    /**
     * The token, which is now seen.
     *
     * @throws {RequestError} when it was before: following it would never end
     */
    first(token: string): string {
      if (seen.has(token))
        throw new RequestError(`the page token ${token.slice(0, 40)} came twice: the list never ends`)
      seen.add(token)
      return token
    },
  }
}
