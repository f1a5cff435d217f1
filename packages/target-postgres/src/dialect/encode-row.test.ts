import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sliceObject } from '@keap-postgres/protocol'
import { columnsOf } from './columns.js'
import { compileRowEncoder, type EncodeRow } from './encode-row.js'
import { InvalidRecordError } from './invalid-record.js'

const columns = columnsOf('t', { properties: { id: { type: 'integer' }, name: { type: 'string' }, raw: {} } }, ['id'])
const encoderWith = (onUnknown: (property: string) => void) => compileRowEncoder({ stream: 't', columns, onUnknown })
const message = (record: string) => ({ type: 'RECORD' as const, stream: 't', record: sliceObject(record) })

test('a row is COPY text: columns in order, then time, deletion and version', () => {
  const encode = encoderWith(() => {})
  assert.equal(encode(message('{"raw":{"a":"\\n"},"id":1}'), 1), '1\t\\N\t{"a":"\\\\n"}\t\\N\t\\N\t\\N')
  const more = { time_extracted: '2024-01-01T00:00:00Z', version: 3 }
  assert.equal(
    encode({ ...message('{"id":1,"name":"\\\\N"}'), ...more }, 1),
    '1\t\\\\N\t\\N\t2024-01-01 00:00:00Z\t\\N\t3',
  )
})

test('each property that the schema lacks is told once', () => {
  const told: string[] = []
  const encode = encoderWith((property) => told.push(property))
  for (let line = 1; line < 4; line++) encode(message('{"id":1,"x":1,"y":2,"_sdc_deleted_at":null}'), line)
  assert.deepEqual(told, ['x', 'y'])
})

test('a value that does not fit is told with line, stream, key, property and what is wanted', () => {
  assert.throws(() => encoderWith(() => {})(message('{"id":1.5}'), 9), {
    name: 'InvalidRecordError',
    message: /^Line 9: a record of t \(id 1\.5\) has 1\.5 as "id"; its column is bigint and wants a whole number/,
    misfit: {
      line: 9,
      stream: 't',
      key: 'id 1.5',
      property: 'id',
      value: '1.5',
      column: 'bigint',
      expected: 'a whole number of at most 64 bits',
      wider: undefined,
    },
  })
})

test('a value that is right but too wide for its column says which type would hold it', () => {
  const times = columnsOf('t', { properties: { at: { type: 'string', format: 'time' } } }, [])
  const ofTimes = compileRowEncoder({ stream: 't', columns: times, onUnknown: () => {} })
  const wider = (encode: EncodeRow, record: string) => {
    try {
      return encode(message(record), 1)
    } catch (error) {
      return error instanceof InvalidRecordError ? error.misfit.wider : error
    }
  }
  const encode = encoderWith(() => {})
  assert.equal(wider(encode, '{"id":9223372036854775808}'), 'numeric')
  assert.equal(wider(ofTimes, '{"at":"10:00:00+02:00"}'), 'text')
  assert.equal(wider(encode, '{"id":"9223372036854775808"}'), undefined)
})

test('a key must not hold what would become U+FFFD, or two rows could become one', () => {
  const named = columnsOf('t', { properties: { name: { type: 'string' }, any: {}, note: {} } }, ['name', 'any'])
  const encode = compileRowEncoder({ stream: 't', columns: named, onUnknown: () => {} })
  const nul = String.raw`"a\u0000"`
  assert.equal(encode(message(`{"name":"a","any":1,"note":${nul}}`), 1).split('\t')[2], String.raw`"a\\ufffd"`)
  for (const record of [`{"name":${nul},"any":1}`, `{"name":"a","any":[${nul}]}`]) {
    assert.throws(() => encode(message(record), 1), { message: /has .* as .*; .* without U\+0000 and lone surrogates/ })
  }
})
