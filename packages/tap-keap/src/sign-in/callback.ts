import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { finished } from 'node:stream/promises'
import { ConfigError } from '@keap-postgres/protocol'

/** What the browser is told. */
export type Page = { status: number; text: string }

/** `url`: `http://127.0.0.1:8765/` */
export type Callback = AsyncDisposable & { url: string }

/**
 * Listens on this machine's loopback address for the browser that comes back from Keap.
 *
 * @param port 0 for any free one
 * @param arrived is given the address of each request that carries a code or an error
 * @throws {ConfigError} when the port is taken
 */
export async function listenForRedirect(port: number, arrived: (address: string) => Page): Promise<Callback> {
  const answers: Promise<void>[] = []
  const server = createServer((request, response) => {
    answers.push(finished(response))
    const url = new URL(request.url ?? '/', 'http://127.0.0.1')
    const isAnswer = url.searchParams.has('code') || url.searchParams.has('error')
    const { status, text } = isAnswer ? arrived(url.href) : { status: 404, text: 'Nothing here.' }
    response.writeHead(status, {
      'content-type': 'text/html; charset=utf-8',
      // The address holds the code; no page that is opened from here shall learn it.
      'referrer-policy': 'no-referrer',
    })
    response.end(`<!doctype html><title>tap-keap</title><p>${text}</p>\n`)
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening').catch((error: NodeJS.ErrnoException) => {
    const reason =
      error.code === 'EADDRINUSE' ? 'is taken, perhaps by another tap-keap login' : `can't be used (${error.code})`
    throw new ConfigError(`Port ${port} ${reason}. Choose another one with --port; 0 takes any free one.`)
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    async [Symbol.asyncDispose]() {
      server.close()
      await Promise.allSettled(answers)
      // A browser opens connections that it may need later, and keeps them.
      server.closeAllConnections()
    },
  }
}
