import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { RecordReader } from '@keap-postgres/protocol'
import fc from 'fast-check'
import type { Column } from './column.js'
import type { ColumnType } from './column-type.js'
import { columnsOf } from './columns.js'
import { COPY_NULL } from './copy-text.js'
import { compileRowEncoder } from './encode-row.js'
import { encoderOf } from './encode-value.js'
import { InvalidRecordError } from './invalid-record.js'
import { RowWriter } from './row-writer.js'

const columns = columnsOf('t', { properties: { name: { type: 'string' }, id: { type: 'integer' }, raw: {} } }, ['id'])

/** An encoder that takes a record's JSON and gives its row's fields: hash, version, extracted, deleted, batched, the key, the rest. */
function encoderOfTexts(source = columns, onUnknown: (property: string) => void = () => {}) {
  const encode = compileRowEncoder({ stream: 't', columns: source, onUnknown, clock: { now: () => 0, startedAt: 0 } })
  const reader = new RecordReader()
  const out = new RowWriter((minBytes) => Buffer.alloc(Math.max(minBytes, 1000)))
  return (record: string, more = '', line = 1): string[] => {
    reader.begin(Buffer.from(`{"type":"RECORD","stream":"t","record":${record}${more}}\n`))
    const message = reader.read()
    assert.ok(message)
    const length = encode(message, line, out)
    const row = out.bytes.toString('utf8', out.at - length, out.at)
    assert.ok(row.endsWith('\n'))
    return row.slice(0, -1).split('\t')
  }
}

test('a row is COPY text: hash, version, times, then the key and the other columns', () => {
  const encode = encoderOfTexts()
  assert.deepEqual(encode('{"raw":{"a":"\\n"},"id":1}').slice(1), [
    '\\N',
    '\\N',
    '\\N',
    'now',
    '1',
    '\\N',
    '{"a":"\\\\n"}',
  ])
  const row = encode('{"id":1,"name":"\\\\N"}', ',"time_extracted":"2024-01-01T00:00:00Z","version":3')
  assert.deepEqual(row.slice(1), ['3', '2024-01-01 00:00:00Z', '\\N', 'now', '1', '\\\\N', '\\N'])
})

test('the hash is the same exactly when the same values go to the same columns', () => {
  const encode = encoderOfTexts()
  const [hash] = encode('{"id":1,"name":"a"}', ',"version":1')
  assert.match(hash ?? '', /^[0-9a-f]{32}$/)
  assert.equal(encode('{ "name": "a", "id": 1, "raw": null }', ',"time_extracted":"2024-01-01T00:00:00Z"')[0], hash)
  for (const other of ['{"id":1,"name":"b"}', '{"id":1,"raw":"a"}', '{"id":2,"name":"a"}']) {
    assert.notEqual(encode(other)[0], hash)
  }
  const renamed = columnsOf('t', { properties: { name2: { type: 'string' }, id: { type: 'integer' }, raw: {} } }, [
    'id',
  ])
  assert.notEqual(encoderOfTexts(renamed)('{"id":1,"name2":"a"}')[0], hash)
})

test('rows that are always compared, or never, have no hash', () => {
  assert.equal(encoderOfTexts()('{"id":1,"_sdc_deleted_at":"2024-01-01T00:00:00Z"}')[0], COPY_NULL)
  const keyless = columns.map((column) => ({ ...column, isKey: false }))
  assert.equal(encoderOfTexts(keyless)('{"id":1}')[0], COPY_NULL)
})

const types: ColumnType[] = ['bigint', 'boolean', 'date', 'jsonb', 'numeric', 'text', 'time', 'timestamptz', 'uuid']

const looksLikeTime = fc
  .tuple(fc.date({ noInvalidDate: true }), fc.constantFrom('', 'Z', '.5Z', '.1234567Z', '+02:00', ' 10', 'x'))
  .map(([date, tail]) => date.toISOString().slice(0, tail === '' ? 10 : 19) + tail)
const looksLikeNumber = fc
  .stringMatching(/^-?[0-9]{1,20}(\.[0-9]{1,5})?$/)
  .map((text) => text.replace(/^(-?)0+(?=\d)/, '$1'))
const json = fc.oneof(
  fc.json({ maxDepth: 3 }),
  fc.string({ unit: 'binary' }).map((value) => JSON.stringify(value)),
  fc
    .array(fc.constantFrom('\\\\', '\\"', '\\n', 'x', 'é😀', 'plain text of some length '))
    .map((all) => `"${all.join('')}"`),
  fc.array(fc.constantFrom('"\\\\"', '"\\n"', '1', 'null', ' {}')).map((all) => `[${all.join(',')}]`),
  looksLikeTime.map((value) => JSON.stringify(value)),
  looksLikeNumber,
  fc.constantFrom('-0', '1e3', '1E+400', '"2024-02-30T00:00:00Z"', '"\\u0000"', '"a\\/b\\"\\\\"', '[1 ,\t2]', 'true'),
)

/** What the careful encoder makes of a value. RFC 3339's T and the blank mean the same to Postgres. */
function carefully(type: ColumnType, value: string): string | undefined {
  return value === 'null' ? COPY_NULL : encoderOf({ type, isKey: false })(value)
}

test('a value copied as its bytes stand is what the careful encoder makes of it', () => {
  for (const type of types) {
    const encode = encoderOfTexts([{ property: 'v', name: 'v', type, isKey: false }])
    fc.assert(
      fc.property(json, (value) => {
        const wanted = carefully(type, value)
        if (wanted === undefined) return assert.throws(() => encode(`{"v":${value}}`), InvalidRecordError)
        const written = encode(`{"v":${value}}`)[5]
        assert.equal(type === 'timestamptz' ? written?.replace('T', ' ') : written, wanted)
      }),
    )
  }
})

test('a row is its values one by one, whichever of them the careful encoder has to write, and its hash is of them all', () => {
  const source = types.map((type) => ({ property: type, name: type, type, isKey: false }))
  const whole: Column = { property: 'raw', name: 'raw', type: 'jsonb', isKey: false, fill: 'record' }
  const encode = encoderOfTexts([{ property: 'id', name: 'id', type: 'text', isKey: true }, ...source, whole])
  const named = [['id', 'text'], ...types.map((type) => [type, type]), ['raw', 'jsonb']]
  const sha256 = (text: string) => createHash('sha256').update(text).digest('hex').slice(0, 32)
  const values = fc.record(
    Object.fromEntries(types.map((type) => [type, json.filter((value) => carefully(type, value) !== undefined)])),
    { requiredKeys: [] },
  )
  fc.assert(
    fc.property(values, fc.nat(40), (record, before) => {
      const text = `{"id":"${'k'.repeat(before)}"${Object.entries(record)
        .map(([name, value]) => `, "${name}":${value}`)
        .join('')}}`
      const row = encode(text)
      const wanted = [
        'k'.repeat(before),
        ...types.map((type) => carefully(type, record[type] ?? 'null')),
        carefully('jsonb', text),
      ]
      const written = row.slice(5)
      assert.equal(row[0], sha256(`\t${written.join('\t')}${sha256(JSON.stringify(named))}`))
      assert.deepEqual(
        written.map((field, index) => (types[index - 1] === 'timestamptz' ? field.replace('T', ' ') : field)),
        wanted,
      )
    }),
    { numRuns: 500 },
  )
})

test('a value of many MiB is copied like any other', () => {
  const encode = encoderOfTexts()
  const short = encode('{"id":1,"name":"a"}')
  const name = 'long \\n and é'.repeat(1_000_000)
  const row = encode(`{"id":1,"name":"${name}","raw":"${name}"}`)
  assert.ok(row[6] === name && row[7] === `"${name.replaceAll('\\', '\\\\')}"`)
  assert.deepEqual(encode('{"id":1,"name":"a"}'), short)
})

test('each property that the schema lacks is told once', () => {
  const told: string[] = []
  const encode = encoderOfTexts(columns, (property) => told.push(property))
  for (let line = 1; line < 4; line++) encode('{"id":1,"x":1,"y":2,"_sdc_deleted_at":null}')
  encode('{"y":1,"z":1,"id":1}')
  assert.deepEqual(told, ['x', 'y', 'z'])
})

test('a record that does not fit leaves nothing behind', () => {
  const encode = encoderOfTexts()
  const [hash] = encode('{"id":1}')
  assert.throws(() => encode('{"id":1,"name":"long enough to be seen","raw":1e999999}'), InvalidRecordError)
  assert.equal(encode('{"id":1}')[0], hash)
})

test('a value that does not fit is told with line, stream, key, property and what is wanted', () => {
  assert.throws(() => encoderOfTexts()('{"id":1.5}', '', 9), {
    name: 'InvalidRecordError',
    message: /^Line 9: a record of t \(id 1\.5\) has 1\.5 as "id"; its column is bigint and wants a whole number/,
    misfit: {
      line: 9,
      stream: 't',
      key: 'id 1.5',
      property: 'id',
      value: '1.5',
      by: 'column',
      column: 'bigint',
      expected: 'a whole number of at most 64 bits',
      wider: undefined,
    },
  })
})

test('a value that is right but too wide for its column says which type would hold it', () => {
  const times = columnsOf('t', { properties: { at: { type: 'string', format: 'time' } } }, [])
  const wider = (encode: (record: string) => unknown, record: string) => {
    try {
      return encode(record)
    } catch (error) {
      return error instanceof InvalidRecordError ? error.misfit.wider : error
    }
  }
  const encode = encoderOfTexts()
  assert.equal(wider(encode, '{"id":9223372036854775808}'), 'numeric')
  assert.equal(wider(encoderOfTexts(times), '{"at":"10:00:00+02:00"}'), 'text')
  assert.equal(wider(encode, '{"id":"9223372036854775808"}'), undefined)
})

test('a key must not hold what would become U+FFFD, or two rows could become one', () => {
  const named = columnsOf('t', { properties: { name: { type: 'string' }, any: {}, note: {} } }, ['name', 'any'])
  const encode = encoderOfTexts(named)
  const nul = String.raw`"a\u0000"`
  assert.equal(encode(`{"name":"a","any":1,"note":${nul}}`)[7], String.raw`"a\\ufffd"`)
  for (const record of [`{"name":${nul},"any":1}`, `{"name":"a","any":[${nul}]}`]) {
    assert.throws(() => encode(record), { message: /has .* as .*; .* without U\+0000 and lone surrogates/ })
  }
})
