import { version } from 'node:process'

// Every Node since 21 says in `navigator` what it is. Where there is none, pg finds out by a `new Response` whether it runs at
// Cloudflare, and for that Node 20 loads all of fetch: 30 ms, and 5 MiB.
if (!('navigator' in globalThis)) {
  Object.defineProperty(globalThis, 'navigator', { value: { userAgent: `Node.js/${version.slice(1, 3)}` } })
}
