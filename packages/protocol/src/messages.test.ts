import assert from 'node:assert/strict'
import { PassThrough, Readable, Writable } from 'node:stream'
import { test } from 'node:test'
import { DataError, RunAgainError } from './errors.js'
import { objectText } from './json-text.js'
import type { Message, UnknownMessage } from './messages.js'
import { type MessageAt, readMessages } from './read-messages.js'
import type { RecordLine } from './record-reader.js'
import { formatMessage, writeMessage, writeMessages } from './write-messages.js'

const schema: Message = {
  type: 'SCHEMA',
  stream: 'contacts',
  schema: { type: 'object', properties: { id: { type: 'integer' } } },
  key_properties: ['id'],
  bookmark_properties: ['update_time'],
}
const record: Message = {
  type: 'RECORD',
  stream: 'contacts',
  record: objectText({ id: 1, name: 'Ünï\n"quoted"' }),
  version: 7,
  time_extracted: '2026-01-01T00:00:00Z',
}
const state: Message = { type: 'STATE', value: '{"bookmarks": {"contacts": {}}}' }
const batch: Message = {
  type: 'BATCH',
  stream: 'contacts',
  encoding: { format: 'jsonl', compression: 'gzip' },
  manifest: ['file:///tmp/contacts-1.jsonl.gz'],
}
const activate: Message = { type: 'ACTIVATE_VERSION', stream: 'contacts', version: 7 }

test('every message reads back as it was written, a STATE to the character', async () => {
  const messages = [schema, record, state, batch, activate]
  const read = await collect(messages.map((message) => `${formatMessage(message)}\n`).join(''))
  assert.deepEqual(
    read.map(({ message }) => message),
    messages,
  )
})

test('message types are read case-insensitively, key_properties may be absent or null, unknown members are ignored', async () => {
  const read = await collect(
    '{"type":"schema","stream":"a","schema":{},"extra":1}\n{"type":"Record","stream":"a","record":{"x":1.10},"sequence":5}\n',
  )
  assert.deepEqual(read[0]?.message, {
    type: 'SCHEMA',
    stream: 'a',
    schema: {},
    key_properties: [],
  })
  assert.ok(read[1]?.message.type === 'RECORD')
  assert.equal(read[1].message.record.get('x'), '1.10')
})

test('a message of a type that nobody knows is given out as such, so that it can be passed over', async () => {
  const read = await collect('{"type":"Ping","value":1}\n{"type":"STATE","value":1}\n')
  assert.deepEqual(
    read.map(({ message }) => message),
    [
      { type: 'UNKNOWN', name: 'Ping' },
      { type: 'STATE', value: '1' },
    ],
  )
})

test('an input that ends in the middle of a line was cut off; what came before is given out', async () => {
  const whole = '{"type":"STATE","value":1}\n'
  const taken: number[] = []
  const input = Readable.from([Buffer.from(`${whole}{"type":"RECORD","stream":"t","rec`)])
  await assert.rejects(
    async () => {
      for await (const messages of readMessages(input)) for (const { line } of messages) taken.push(line)
    },
    (error: unknown) =>
      error instanceof RunAgainError && error.exitCode === 3 && /middle of line 2/.test(error.message),
  )
  assert.deepEqual(taken, [1])
})

test('blank lines are skipped but counted, a last line needs no newline, CRLF is taken', async () => {
  const read = await collect('\n{"type":"STATE","value":1}\r\n\n  \n{"type":"STATE","value":null}')
  assert.deepEqual(
    read.map(({ line, message }) => [line, message.type === 'STATE' && message.value]),
    [
      [2, '1'],
      [5, 'null'],
    ],
  )
})

test('a character cut in two by a chunk border arrives whole', async () => {
  const bytes = Buffer.from('{"type":"STATE","value":"€😀"}\n')
  const read = await collect(Array.from(bytes, (byte) => Buffer.of(byte)))
  assert.ok(read[0]?.message.type === 'STATE')
  assert.equal(read[0].message.value, '"€😀"')
})

for (const [what, line, said] of [
  ['text', 'INFO starting', /Line 2 is not a Singer message: an object wanted at character 1, "INFO starting" seen/],
  ['a cut line', '{"type":"RECORD","stream":"a","record":{"id":', /a value wanted at character 46, the end seen/],
  ['a type that is no text', '{"type":5}', /a message with a type wanted, 5 seen/],
  ['no type', '{"stream":"a"}', /no type seen/],
  ['a RECORD without a record', '{"type":"RECORD","stream":"a"}', /a RECORD message whose "record" is wrong/],
  ['a RECORD whose record is a list', '{"type":"RECORD","stream":"a","record":[1]}', /"record" is wrong/],
  ['a SCHEMA without a schema', '{"type":"SCHEMA","stream":"a"}', /a SCHEMA message whose "schema" is wrong/],
  [
    'a BATCH without files',
    '{"type":"BATCH","stream":"a","encoding":{"format":"jsonl"}}',
    /a BATCH message whose "manifest" is wrong/,
  ],
  ['a STATE without a value', '{"type":"STATE"}', /a STATE message whose "value" is wrong/],
] as const) {
  test(`${what} is refused with its line number, after the messages before it`, async () => {
    const got: MessageAt[] = []
    await assert.rejects(
      async () => {
        for await (const items of readMessages(Readable.from([`{"type":"STATE","value":1}\n${line}\n`]))) {
          for (const item of items) got.push(item)
        }
      },
      (error) => error instanceof DataError && said.test(error.message),
    )
    assert.equal(got.length, 1)
  })
}

test('a failing input fails the reader', async () => {
  const input = new PassThrough()
  input.destroy(new Error('disk gone'))
  await assert.rejects(async () => {
    for await (const _ of readMessages(input)) assert.fail('nothing was written')
  }, /disk gone/)
})

test('a writer waits until a slow reader has taken what was written', async () => {
  let taken = 0
  const slow = new Writable({
    highWaterMark: 10,
    write(chunk, _encoding, done) {
      setTimeout(() => {
        taken += chunk.length
        done()
      }, 5)
    },
  })
  await writeMessage(slow, state)
  assert.equal(taken, formatMessage(state).length + 1)
})

test('a writer whose reader has gone fails instead of hanging', async () => {
  const out = new PassThrough({ highWaterMark: 1 })
  out.on('error', () => {})
  const writing = writeMessages(out, [record, record])
  out.destroy(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }))
  await assert.rejects(writing, /EPIPE/)
  await assert.rejects(writeMessage(out, state), /EPIPE/)
})

/** What is read, each record as it would be written. */
async function collect(input: string | Buffer[]): Promise<{ line: number; message: Message | UnknownMessage }[]> {
  const read: { line: number; message: Message | UnknownMessage }[] = []
  const chunks = typeof input === 'string' ? [input] : input
  for await (const items of readMessages(Readable.from(chunks, { objectMode: false }))) {
    for (const { line, message } of items) {
      read.push({ line, message: message.type === 'RECORD' ? copyOf(message) : message })
    }
  }
  return read
}

function copyOf({ record, ...message }: RecordLine): Message {
  return { ...message, record: new Map(record.shape.names.map((name, slot) => [name, record.text(slot)])) }
}
