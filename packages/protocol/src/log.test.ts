import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Writable } from 'node:stream'
import { after, test } from 'node:test'
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

/** As Meltano writes it for a plugin that has the capability structured-logging. */
const meltanos = {
  version: 1,
  formatters: { singer_formatter: { '()': 'singer_sdk.logging.StructuredFormatter' } },
  handlers: { console: { class: 'logging.StreamHandler', formatter: 'singer_formatter', stream: 'ext://sys.stderr' } },
  root: { handlers: ['console'], level: 'WARNING' },
}

test('with a SINGER_SDK_LOG_CONFIG the level is its own, and lines have all that Meltano reads them by', () => {
  const env = { LOGLEVEL: 'debug', ...loggingConfig(JSON.stringify(meltanos)) }
  const stderr = sink(false)
  const log = createLog({ name: 'tap-x', env, secrets: ['s3cret-token'], stderr })
  log.info('not shown')
  log.warn('slow with s3cret-token', { stream: 'things', ms: 7 })
  const { ts, pid, ...line } = JSON.parse(stderr.text())
  assert.deepEqual([typeof ts, pid], ['number', process.pid])
  assert.deepEqual(line, {
    level: 'warning',
    logger_name: 'tap-x',
    thread_name: 'main',
    app_name: 'tap-x',
    stream_name: 'things',
    message: 'slow with [redacted]',
    extra: { stream: 'things', ms: 7 },
  })
})

test('with a SINGER_SDK_LOG_CONFIG the reason of a failure is such a line, and a bug brings its stack', () => {
  const options = { name: 'tap-x', env: loggingConfig(JSON.stringify(meltanos)), stderr: sink(false) }
  assert.equal(reportFailure(new ConfigError('no key'), options), 2)
  const refused = JSON.parse(options.stderr.text())
  assert.deepEqual([refused.level, refused.message, refused.exception], ['critical', 'no key', undefined])
  const bug = { ...options, stderr: sink(false) }
  assert.equal(reportFailure(new TypeError('oops'), bug), 1)
  const { message, exception } = JSON.parse(bug.stderr.text())
  assert.equal(message, 'This is a bug. oops')
  assert.equal(exception.type, 'TypeError')
  assert.match(exception.message, /TypeError: oops\n\s+at /)
})

test('the plugin’s own variable wins over that level, a terminal gets its plain lines, and what isn’t such a file changes nothing', () => {
  const env = loggingConfig(JSON.stringify(meltanos))
  const person = sink(true)
  createLog({ name: 'tap-x', env: { ...env, TAP_X_LOGLEVEL: 'info' }, stderr: person }).info('shown')
  assert.equal(person.text(), 'tap-x: shown\n')
  for (const useless of [loggingConfig('version: 1'), { SINGER_SDK_LOG_CONFIG: '/no/such/file' }]) {
    const stderr = sink(false)
    createLog({ name: 'tap-x', env: useless, stderr }).info('as ever')
    assert.deepEqual([JSON.parse(stderr.text()).level, JSON.parse(stderr.text()).name], ['info', 'tap-x'])
  }
})

const folder = mkdtempSync(path.join(tmpdir(), 'log-'))
after(() => rmSync(folder, { recursive: true }))

function loggingConfig(content: string): { SINGER_SDK_LOG_CONFIG: string } {
  const file = path.join(folder, 'logging.json')
  writeFileSync(file, content)
  return { SINGER_SDK_LOG_CONFIG: file }
}

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
