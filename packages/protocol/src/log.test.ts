import assert from 'node:assert/strict'
import { Writable } from 'node:stream'
import { test } from 'node:test'
import { ConfigError, DataError } from './errors.js'
import { createLog, reportFailure } from './log.js'

test('lines are JSON for machines and plain text for people', () => {
  const machine = sink(false)
  createLog({ name: 'tap-x', env: {}, stderr: machine }).info('page read', { rows: 3 })
  const line = JSON.parse(machine.text()) as Record<string, unknown>
  assert.deepEqual([line.level, line.name, line.message, line.rows], ['info', 'tap-x', 'page read', 3])

  const person = sink(true)
  const log = createLog({ name: 'tap-x', env: {}, stderr: person })
  log.info('page read')
  log.warn('slow')
  assert.equal(person.text(), 'tap-x: page read\ntap-x: warn: slow\n')
})

test('the level comes from the plugin’s own variable, else from LOGLEVEL', () => {
  const stderr = sink(true)
  createLog({ name: 'tap-x', env: { LOGLEVEL: 'debug', TAP_X_LOGLEVEL: 'WARN' }, stderr }).info('not shown')
  createLog({ name: 'tap-y', env: { LOGLEVEL: 'debug', TAP_X_LOGLEVEL: 'WARN' }, stderr }).debug('shown')
  assert.equal(stderr.text(), 'tap-y: debug: shown\n')
})

test('a secret is never written, neither in a field nor in the reason of a failure', () => {
  const secrets = ['s3cret-token', 's3cret-token-and-more', 'ab']
  const stderr = sink(false)
  createLog({ name: 'tap-x', env: {}, secrets, stderr }).info('asked', { header: 'Bearer s3cret-token-and-more' })
  reportFailure(new ConfigError('refused s3cret-token about'), { name: 'tap-x', env: {}, secrets, stderr })
  assert.doesNotMatch(stderr.text(), /s3cret|and-more/)
  assert.match(stderr.text(), /refused \[redacted\] about/)
})

test('a secret that becomes known during the run is hidden from then on, however it is written', () => {
  const secrets = new Set<string>()
  const stderr = sink(false)
  const log = createLog({ name: 'tap-x', env: {}, secrets, stderr })
  secrets.add('ro/tated "token"')
  log.info('asked with ro/tated "token"', { url: `http://x/?t=${encodeURIComponent('ro/tated "token"')}` })
  assert.doesNotMatch(stderr.text(), /tated/)
  assert.equal(JSON.parse(stderr.text()).message, 'asked with [redacted]')
})

test('a failure ends with the exit code of its kind, and only a bug shows a stack', () => {
  const stderr = sink(false)
  assert.equal(reportFailure(new ConfigError('a'), { name: 'x', env: {}, stderr }), 2)
  assert.equal(reportFailure(new DataError('b'), { name: 'x', env: {}, stderr }), 4)
  assert.equal(stderr.text(), 'x: a\nx: b\n')
  assert.equal(reportFailure(new Error('c'), { name: 'x', env: {}, stderr }), 1)
  assert.match(stderr.text(), /x: This is a bug\. Error: c\n\s+at /)
})

function sink(isTTY: boolean): Writable & { isTTY: boolean; text(): string } {
  let text = ''
  const out = new Writable({
    write(chunk, _encoding, done) {
      text += chunk
      done()
    },
  })
  return Object.assign(out, { isTTY, text: () => text })
}
