/** What a browser brought back from Keap's page of consent. */
export type Redirect =
  | { code: string }
  /** Keap says no, or the user did. */
  | { refused: string }
  /** Not the answer to this sign-in: worth another look, nothing to act on. */
  | { wrong: string }

/** The page where a Keap user allows the app to read the account. `state` comes back with the answer. */
export function authorizeUrl(
  page: string,
  { clientId, redirectUri, state }: { clientId: string; redirectUri: string; state: string },
): string {
  const url = new URL(page)
  const query = { client_id: clientId, redirect_uri: redirectUri, response_type: 'code', scope: 'full', state }
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value)
  return url.href
}

/**
 * Reads what came back: the whole address, or the code that somebody cut out of it. An address has to carry the state of this
 * sign-in, or it may be somebody else's answer; a bare code has nothing to show, and stands for who pasted it.
 */
export function readRedirect(text: string, state: string): Redirect {
  const query = queryOf(text.trim())
  if (query === undefined) {
    const code = text.trim()
    return /^[^\s?&=]+$/.test(code) ? { code } : { wrong: 'That is neither an address with a code in it nor a code.' }
  }
  const error = query.get('error')
  const code = query.get('code')
  if (error === null && !code) return { wrong: 'There is no code in that address.' }
  if (query.get('state') !== state) {
    return {
      wrong: "That address belongs to another sign-in: its state isn't the one of this. Take the newest address.",
    }
  }
  if (error !== null) return { refused: query.get('error_description') ?? error }
  return { code: code ?? '' }
}

/** Of an address, or of the end of one. */
function queryOf(text: string): URLSearchParams | undefined {
  if (URL.canParse(text)) return new URL(text).searchParams
  return /(^|[?&])(code|error)=/.test(text) ? new URLSearchParams(text.replace(/^[^?]*\?/, '')) : undefined
}
