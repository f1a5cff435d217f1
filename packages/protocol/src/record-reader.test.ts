import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { ESCAPED, ODD } from './json-scanner.js'
import { type RecordLine, RecordReader } from './record-reader.js'

const anyRecord = fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue({ maxDepth: 3 }), { maxKeys: 8 })
const indents = fc.constantFrom(undefined, ' ')

test('a record is read as JSON.parse would read it, whatever the records before it were like', () => {
  const reader = new RecordReader()
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.constantFrom('a', 'b'), anyRecord), { minLength: 1 }),
      indents,
      (records, indent) => {
        for (const [stream, record] of records) {
          const text = JSON.stringify({ type: 'RECORD', stream, record, version: 1 }, null, indent).replaceAll(
            '\n',
            ' ',
          )
          const line = read(reader, text)
          assert.deepEqual(line && valuesOf(line), JSON.parse(text).record)
          assert.deepEqual([line?.stream, line?.version, line?.time_extracted], [stream, 1, undefined])
        }
      },
    ),
  )
})

test('a line is taken exactly when JSON.parse takes it, whatever has been done to it', () => {
  const pieces = [
    '',
    '"',
    '\\',
    ',',
    '}',
    ']',
    '{',
    ':',
    'e',
    '-',
    '0',
    '.',
    '\u0000',
    '\t',
    'é',
    'x',
    '  ',
    '\\u12',
    '\\ud800',
  ]
  const damaged = fc
    .tuple(anyRecord, fc.nat(300), fc.constantFrom(...pieces), fc.nat(2))
    .map(([record, at, piece, cut]) => {
      const text = `{"type":"RECORD","stream":"a","record":${JSON.stringify(record)}}`
      const place = at % (text.length + 1)
      // UTF-8 has no form for half a pair that the cut leaves.
      return (text.slice(0, place) + piece + text.slice(place + cut)).toWellFormed()
    })
  const reader = new RecordReader()
  fc.assert(
    fc.property(damaged, (text) => {
      const parsed = attempt(() => JSON.parse(text))
      const line = attempt(() => read(reader, text))
      const isRecord =
        String(parsed?.type).toUpperCase() === 'RECORD' && typeof parsed.stream === 'string' && isObject(parsed.record)
      assert.deepEqual(line && valuesOf(line), isRecord ? parsed.record : undefined)
    }),
    { numRuns: 5000 },
  )
})

test('the members of a message may come in any order, with others between', () => {
  const text =
    '{"record":{"id":1.10},"extra":{"record":{}},"time_extracted":"2024-01-01T00:00:00Z","stream":"a","type":"Record"}'
  const line = read(new RecordReader(), text)
  assert.equal(line?.stream, 'a')
  assert.equal(line?.record.get('id'), '1.10')
  assert.equal(line?.time_extracted, '2024-01-01T00:00:00Z')
})

test('of a property that stands twice the last counts, and __proto__ is a name like any other', () => {
  const line = read(new RecordReader(), '{"type":"RECORD","stream":"a","record":{"a":1,"__proto__":2,"a":3}}')
  assert.deepEqual(line?.record.shape.names, ['a', '__proto__', 'a'])
  assert.equal(line?.record.get('a'), '3')
  assert.equal(line?.record.get('__proto__'), '2')
  assert.equal(line?.record.get('b'), undefined)
})

test('records with the same properties in the same order share their shape', () => {
  const reader = new RecordReader()
  const shape = (record: string) => read(reader, `{"type":"RECORD","stream":"a","record":${record}}`)?.record.shape
  const first = shape('{"a":1,"b":2}')
  assert.notEqual(shape('{"a":1}'), first)
  assert.notEqual(shape('{"b":1,"a":2}'), first)
  assert.equal(shape('{ "a" : "x", "b" : [] }'), first)
  assert.deepEqual(first?.names, ['a', 'b'])
})

test('a value is marked when its bytes hold more than plain text', () => {
  const marks = (value: string) =>
    read(new RecordReader(), `{"type":"RECORD","stream":"a","record":{"v":${value}}}`)?.record.marks[0]
  for (const plain of ['"é 😀"', '[1, -2.5, {"a": null}]', 'true']) assert.equal(marks(plain), 0, plain)
  assert.equal(marks('"a\\nb"'), ESCAPED)
  assert.equal(marks('{"a":["\\u0041"]}'), ESCAPED | ODD)
  for (const odd of ['1e5', '[1E-5]', '[1,\t2]', `${'9'.repeat(400)}`]) assert.equal(marks(odd), ODD, odd)
})

test('records of ever new properties are read, with room for many', () => {
  const reader = new RecordReader()
  for (let n = 0; n < 300; n++) {
    const record = Object.fromEntries(Array.from({ length: n }, (_, index) => [`${n}-${index}`, index]))
    const line = read(reader, JSON.stringify({ type: 'RECORD', stream: 'a', record }))
    assert.deepEqual(line && valuesOf(line), record)
  }
})

for (const [what, members, said] of [
  ['no record', '"stream":"a"', /"record" is wrong: an object wanted/],
  ['no stream', '"record":{}', /"stream" is wrong: a string wanted/],
  ['a version that is no integer', '"stream":"a","record":{},"version":1.5', /"version" is wrong: an integer wanted/],
  [
    'a time that is no string',
    '"stream":"a","record":{},"time_extracted":1',
    /"time_extracted" is wrong: a string wanted/,
  ],
] as const) {
  test(`a RECORD with ${what} is refused`, () => {
    assert.throws(() => read(new RecordReader(), `{"type":"RECORD",${members}}`), said)
  })
}

test('null stands for a version or a time that is absent', () => {
  const line = read(
    new RecordReader(),
    '{"type":"RECORD","stream":"a","record":{},"version":null,"time_extracted":null}',
  )
  assert.deepEqual([line?.version, line?.time_extracted], [undefined, undefined])
})

function read(reader: RecordReader, text: string): RecordLine | undefined {
  const bytes = Buffer.from(`before\n${text}\nafter\n`)
  return reader.read(bytes, 7, bytes.indexOf('\nafter\n', 7))
}

/** By their names; defined one by one, since assigning to `__proto__` would do something else. */
function valuesOf({ record }: RecordLine): unknown {
  return Object.fromEntries(record.shape.names.map((name, slot) => [name, JSON.parse(record.text(slot))]))
}

function attempt<T>(act: () => T): T | undefined {
  try {
    return act()
  } catch {
    return undefined
  }
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
