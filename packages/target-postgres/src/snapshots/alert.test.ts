import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import { deliverAlert } from './alert.js'

const surroundings = { env: { PATH: process.env.PATH }, cwd: '/' }

/** A server that answers with these codes, one after the other, and keeps what it was sent. */
async function startWebhook(codes: readonly number[]) {
  const bodies: string[] = []
  const server = createServer(async (request, response) => {
    bodies.push(`${request.method} ${request.headers['content-type']} ${await text(request)}`)
    response.writeHead(codes[bodies.length - 1] ?? 200).end('thanks')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/secret-path`,
    bodies,
    async [Symbol.asyncDispose]() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

test('a webhook gets the alert as the body of one POST', async () => {
  await using webhook = await startWebhook([204])
  await deliverAlert({ webhook: webhook.url }, { kind: 'drift', text: 'é' }, surroundings)
  assert.deepEqual(webhook.bodies, ['POST application/json {"kind":"drift","text":"é"}'])
})

test('a webhook that is busy is asked again, one that refuses isn’t', async () => {
  await using busy = await startWebhook([503, 429, 200])
  await deliverAlert({ webhook: busy.url }, {}, surroundings)
  assert.equal(busy.bodies.length, 3)
  await using refusing = await startWebhook([403])
  await assert.rejects(deliverAlert({ webhook: refusing.url }, {}, surroundings), {
    name: 'ConfigError',
    message: /could not be delivered: the webhook answers 403\./,
  })
  assert.equal(refusing.bodies.length, 1)
})

test('an alert that can’t be delivered ends in an error that doesn’t tell the webhook’s address', async () => {
  const { url } = await (async () => {
    await using gone = await startWebhook([])
    return { url: gone.url }
  })()
  await assert.rejects(deliverAlert({ webhook: url }, {}, surroundings), (error: Error) => {
    assert.match(error.message, /can't be reached/)
    assert.doesNotMatch(error.message, /secret-path/)
    return true
  })
})

test('a command that fails ends in an error with what it said; the webhook is told all the same', async () => {
  await using webhook = await startWebhook([])
  const both = { webhook: webhook.url, command: 'echo out of paper >&2; exit 3' }
  await assert.rejects(deliverAlert(both, { a: 1 }, surroundings), {
    message: /the command ended with code 3: out of paper\./,
  })
  assert.equal(webhook.bodies.length, 1)
})

test('a command needn’t read what it is told', async () => {
  await deliverAlert({ command: 'exit 0' }, { text: 'x'.repeat(1_000_000) }, surroundings)
})
