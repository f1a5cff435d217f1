const MASK = '[redacted]'

/** Below this length a "secret" would blank out ordinary words and numbers. */
const SHORTEST = 6

/**
 * A function that replaces every occurrence of any of `secrets` in a text, also where it is encoded for a URL or stands in
 * JSON. A collection that grows, such as a `Set` of tokens that rotate, counts as it is at each call.
 */
export function redactor(secrets: Iterable<string>): (text: string) => string {
  return (text) => forms(secrets).reduce((clean, form) => clean.replaceAll(form, MASK), text)
}

/** Longest first: a secret that contains another must go whole. */
function forms(secrets: Iterable<string>): string[] {
  const known = [...secrets].filter((secret) => secret.length >= SHORTEST)
  const written = known.flatMap((secret) => [
    secret,
    encodeURIComponent(secret.toWellFormed()),
    JSON.stringify(secret).slice(1, -1),
  ])
  return [...new Set(written)].sort((a, b) => b.length - a.length)
}
