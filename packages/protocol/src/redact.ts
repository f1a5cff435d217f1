const MASK = '[redacted]'

/** Below this length a "secret" would blank out ordinary words and numbers. */
const SHORTEST = 6

/** A function that replaces every occurrence of any of `secrets` in a text. */
export function redactor(secrets: Iterable<string>): (text: string) => string {
  // Longest first: a secret that contains another must go whole.
  const known = [...new Set(secrets)].filter((secret) => secret.length >= SHORTEST).sort((a, b) => b.length - a.length)
  return (text) => known.reduce((clean, secret) => clean.replaceAll(secret, MASK), text)
}
