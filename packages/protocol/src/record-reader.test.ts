import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { JsonSyntaxError } from './json-syntax-error.js'
import { ESCAPED, ODD } from './marks.js'
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
      const text = `{"type":"RECORD","stream":"a","record":${JSON.stringify(record)},"version":1}`
      const place = at % (text.length + 1)
      // UTF-8 has no form for half a pair that the cut leaves.
      return { text, broken: (text.slice(0, place) + piece + text.slice(place + cut)).toWellFormed() }
    })
  const reader = new RecordReader()
  fc.assert(
    fc.property(damaged, fc.nat(3), ({ text, broken }, before) => {
      for (let times = 0; times < before; times++) read(reader, text)
      const parsed = attempt(() => JSON.parse(broken))
      const line = attempt(() => read(reader, broken))
      if (parsed === undefined) assert.throws(() => read(reader, broken), isExplained)
      const isRecord =
        String(parsed?.type).toUpperCase() === 'RECORD' && typeof parsed.stream === 'string' && isObject(parsed.record)
      assert.deepEqual(line && valuesOf(line), isRecord ? parsed.record : undefined)
    }),
    { numRuns: 5000 },
  )
})

test('lines that are nearly like those before are read as JSON.parse would read them', () => {
  const record = fc.constantFrom(
    ...['{}', '{"a":1}', '{"a":"x","b":[2]}', '{"a":1,"b":null,"c":"\\n"}', '{ "a" : 1, "b": {} }', '{"b":1,"a":2}'],
  )
  const opening = fc.constantFrom('', '"stream":"s",', '"version":1,', '"stream":"s", "record":{"z":1},', '"x":{},')
  const ending = fc.constantFrom(
    '',
    ',"stream":"t"',
    ',"version":2',
    ',"time_extracted":"t"',
    ' , "version" : 3',
    ',"v":0',
  )
  const line = fc.tuple(opening, record, ending).map(([before, value, after]) => {
    const stream = before.includes('stream') || after.includes('stream') ? '' : ',"stream":"u"'
    return `{"type":"RECORD",${before}"record":${value}${after}${stream}}`
  })
  const runs = fc.array(fc.tuple(line, fc.integer({ min: 1, max: 4 })), { minLength: 1, maxLength: 12 })
  fc.assert(
    fc.property(runs, fc.constantFrom('\n', ' \r\n', '\n\n'), (lines, end) => {
      const texts = lines.flatMap(([text, times]) => Array<string>(times).fill(text))
      const reader = new RecordReader()
      reader.begin(Buffer.from(texts.map((text) => text + end).join('')))
      for (const text of texts) {
        const wanted = JSON.parse(text)
        const seen = reader.read()
        assert.ok(seen)
        assert.deepEqual(valuesOf(seen), wanted.record)
        assert.deepEqual(
          [seen.stream, seen.version, seen.time_extracted],
          [wanted.stream, wanted.version, wanted.time_extracted],
        )
        const { bytes, start, length } = seen.record
        assert.deepEqual(JSON.parse(bytes.toString('utf8', start, start + length)), wanted.record)
        if (end === '\n\n') assert.ok(reader.read() === undefined && reader.isBlank)
      }
      assert.ok(!reader.hasMore)
    }),
    { numRuns: 2000 },
  )
})

test('what ends a string, or must not stand in one, is seen wherever it stands', () => {
  const reader = new RecordReader()
  for (const special of [
    '',
    '\\"',
    '\\\\',
    '\\u00e9',
    '\\ud83d\\ude00',
    'é',
    '😀',
    '"',
    '\\',
    '\\x',
    '\\u12g4',
    '\t',
    '\u0000',
    '\u001f',
  ]) {
    for (let before = 0; before < 34; before++) {
      for (const after of [0, 1, 15, 16, 17]) {
        const string = `"${'a'.repeat(before)}${special}${'b'.repeat(after)}"`
        for (const record of [`{"v":${string}}`, `{${string}:1}`, `{"v":[{${string}:${string}}]}`]) {
          const text = `{"type":"RECORD","stream":"a","record":${record}}`
          const wanted = attempt(() => JSON.parse(text).record)
          const line = attempt(() => read(reader, text))
          assert.deepEqual(line && valuesOf(line), wanted, text)
        }
      }
    }
  }
})

test('a line of many MiB is read, and what follows it takes little memory again', () => {
  const reader = new RecordReader()
  const long = { id: 1, text: 'é"\\ long '.repeat(1_500_000), list: Array(300_000).fill(0) }
  for (const record of [{ id: 0 }, { id: 0 }, long, { id: 2 }, long, long, { id: 3 }]) {
    const line = read(reader, JSON.stringify({ type: 'RECORD', stream: 'a', record }))
    assert.deepEqual(line && valuesOf(line), record)
  }
  const line = read(reader, '{"type":"RECORD","stream":"a","record":{}}')
  assert.ok(line && line.record.bytes.length < 8 * 1024 * 1024)
})

test('objects and arrays may stand in each other a thousand deep', () => {
  const nested = (depth: number) => `${'[{"a":'.repeat(depth / 2)}1${'}]'.repeat(depth / 2)}`
  const text = (depth: number) => `{"type":"RECORD","stream":"a","record":{"v":${nested(depth)}}}`
  assert.ok(read(new RecordReader(), text(1000)))
  assert.throws(() => read(new RecordReader(), text(1002)), {
    name: 'JsonSyntaxError',
    message: /^nesting of at most 1000 levels wanted at character 3045/,
  })
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
    read(new RecordReader(), `{"type":"RECORD","stream":"a","record":{"v":${value}}}`)?.record.marksOf(0)
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
    const always = read(reader, '{"type":"RECORD","stream":"b","record":{"id":1},"version":2}')
    assert.deepEqual([always?.stream, always?.version, always && valuesOf(always)], ['b', 2, { id: 1 }])
  }
})

test('records of many streams and shapes are told apart, in whatever order they come', () => {
  const reader = new RecordReader()
  const kind = fc.tuple(fc.nat(30), fc.nat(20), fc.nat(20))
  fc.assert(
    fc.property(fc.array(kind, { minLength: 50, maxLength: 200 }), (kinds) => {
      for (const [stream, version, shape] of kinds) {
        const name = `a_stream_with_a_name_that_is_long_${stream}`
        const record = { id: 1, [`property_${shape}`]: 'x', last: null }
        const line = read(reader, JSON.stringify({ type: 'RECORD', stream: name, record, version }))
        assert.deepEqual([line?.stream, line?.version, line && valuesOf(line)], [name, version, record])
      }
    }),
  )
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
  reader.begin(Buffer.from(`${text}\n`))
  const line = reader.read()
  assert.ok(!reader.hasMore)
  return line
}

/** By their names; defined one by one, since assigning to `__proto__` would do something else. */
function valuesOf({ record }: RecordLine): unknown {
  return Object.fromEntries(record.shape.names.map((name, slot) => [name, JSON.parse(record.text(slot))]))
}

/** The scanner in WebAssembly only refuses; what is wrong is found in the text. */
function isExplained(error: unknown): boolean {
  return error instanceof JsonSyntaxError && !error.message.startsWith('JSON wanted')
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
