import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { inScratch, type Line, schemaOf, stateOf } from '../testing.js'
import { isMultiple } from './decimals.js'
import { parseNotingLong } from './long-numbers.js'

const strictly = { validate_records: true }

/** What a SCHEMA says of the property "v", a value that is as it says, one that isn't, and what is said of that one. */
const keywords: [keyword: string, schema: Record<string, unknown>, good: string, bad: string, said: RegExp][] = [
  ['type', { type: 'string' }, '"x"', 'null', /has null as "v"; its SCHEMA says: must be string/],
  ['enum', { enum: ['a', 'b'] }, '"a"', '"c"', /must be equal to one of the allowed values: \["a","b"\]/],
  ['const', { const: 1 }, '1.0', '2', /must be equal to constant: 1/],
  ['pattern', { pattern: '^\\d+$' }, '"12"', '"1a"', /must match pattern/],
  ['an old pattern', { pattern: '^[a\\-z]\\@$' }, '"-@"', '"b@"', /must match pattern/],
  ['minLength, by characters', { type: 'string', minLength: 2 }, '"😀😀"', '"😀"', /must NOT have fewer than 2 char/],
  ['maxLength', { maxLength: 1 }, '"😀"', '"ab"', /must NOT have more than 1 char/],
  ['format email', { format: 'email' }, '"a@b.co"', '"a"', /must match format "email"/],
  [
    'format date-time',
    { type: 'string', format: 'date-time' },
    '"2024-01-01 10:00:00"',
    '"soon"',
    /format "date-time"/,
  ],
  ['format date', { type: ['string', 'null'], format: 'date' }, '"2024-02-29"', '"2023-02-29"', /format "date"/],
  ['maximum', { type: 'number', maximum: 5 }, '5.0', '5.1', /must be <= 5/],
  ['minimum', { type: 'integer', minimum: 1 }, '1', '0', /must be >= 1/],
  ['exclusiveMaximum', { type: 'number', exclusiveMaximum: 5 }, '4.9', '5', /must be < 5/],
  ["draft 4's exclusiveMinimum", { type: 'number', minimum: 5, exclusiveMinimum: true }, '5.1', '5', /must be > 5/],
  ['multipleOf', { type: 'number', multipleOf: 0.01 }, '1.10', '1.105', /must be a multiple of 0.01/],
  ['items', { type: 'array', items: { type: 'integer' } }, '[1,2]', '[1,"2"]', /1 must be integer/],
  ['uniqueItems', { uniqueItems: true }, '[{"a":1,"b":2},1]', '[{"a":1,"b":2},{"b":2,"a":1.0}]', /the same item twice/],
  ['a nested property', { properties: { zip: { maxLength: 2 } } }, '{"zip":"1"}', '{"zip":"123"}', /zip must NOT/],
  ['anyOf', { anyOf: [{ type: 'null' }, { minLength: 2 }] }, 'null', '"x"', /must match a schema in anyOf/],
  ['not', { not: { type: 'string' } }, '1', '"x"', /must NOT be valid/],
  ['dependentRequired', { dependentRequired: { a: ['b'] } }, '{"a":1,"b":1}', '{"a":1}', /must have property b/],
]

for (const [keyword, schema, good, bad, said] of keywords) {
  test(
    `validate_records knows ${keyword}`,
    inScratch(async (target) => {
      const record = (id: number, v: string) => `{"type":"RECORD","stream":"t","record":{"id":${id},"v":${v}}}`
      const lines = [schemaOf('t', { id: { type: 'integer' }, v: schema }), record(1, good), stateOf(1)]
      const { exitCode, states, stderr } = await target.load([...lines, record(7, bad), stateOf(2)], strictly)
      assert.equal(exitCode, 4)
      assert.match(stderr, /Line 4: a record of t \(id 7\) has /)
      assert.match(stderr, said)
      assert.deepEqual(states, ['1'])
      assert.deepEqual(await target.rows('select id::int from :s.t'), [{ id: 1 }])
    }),
  )
}

const wide = { type: 'object', additionalProperties: false, required: ['id', 'name'] }
const named: Line = {
  type: 'SCHEMA',
  stream: 't',
  key_properties: ['id'],
  schema: { ...wide, properties: { id: { type: 'integer' }, name: {}, constructor: { type: 'string' } } },
}

test(
  'what a record lacks or has too much is told, and put aside where that is wanted; without the option it is loaded',
  inScratch(async (target) => {
    const lines = [
      named,
      '{"type":"RECORD","stream":"t","record":{"id":1}}',
      '{"type":"RECORD","stream":"t","record":{"id":2,"name":null,"more":[1]}}',
      '{"type":"RECORD","stream":"t","record":{"id":3,"name":null}}',
    ]
    assert.equal((await target.load(lines, { ...strictly, on_invalid_record: 'quarantine' })).exitCode, 0)
    assert.deepEqual(await target.rows('select id::int from :s.t'), [{ id: 3 }])
    assert.deepEqual(await target.rows('select line::int, property, reason from :meta.rejects order by line'), [
      { line: 2, property: 'name', reason: `has no "name"; its SCHEMA says: must have required property 'name'` },
      { line: 3, property: 'more', reason: 'has [1] as "more"; its SCHEMA says: must NOT have additional properties' },
    ])
    assert.equal((await target.load(lines)).exitCode, 0)
    assert.deepEqual(await target.rows('select count(*)::int from :s.t'), [{ count: 3 }])
  }),
)

test(
  'numbers that JavaScript rounds are not refused for what is not true of them',
  inScratch(async (target) => {
    const v = (schema: unknown, values: string[]) => ({ schema, values })
    const cases = [
      v({ type: 'number', multipleOf: 0.01 }, ['1.1', '0.07', '123456789012345678901234567890.55', '4.35']),
      v({ type: 'integer', multipleOf: 3 }, ['9007199254740993', '3e20']),
      v({ type: 'integer', exclusiveMaximum: 9007199254740992 }, ['9007199254740991']),
      v({ type: 'integer', exclusiveMinimum: 9007199254740992 }, ['9007199254740993']),
      v({ type: 'integer', maximum: 2 ** 63 }, ['9223372036854775807']),
      v({ type: 'number' }, ['1e400', '1e-400']),
      v({ type: 'number', exclusiveMinimum: 0 }, ['1e-400']),
      v({ type: 'array', uniqueItems: true }, ['[9007199254740992,9007199254740993]']),
    ]
    const properties = Object.fromEntries(cases.map(({ schema }, index) => [`v${index}`, schema]))
    const records = cases.flatMap(({ values }, index) => values.map((value) => `"v${index}":${value}`))
    const lines = records.map((text, id) => `{"type":"RECORD","stream":"t","record":{"id":${id},${text}}}`)
    const schema = schemaOf('t', { id: { type: 'integer' }, ...properties })
    const { exitCode, stderr } = await target.load([schema, ...lines], strictly)
    assert.equal(exitCode, 0, stderr)
    for (const [index, text] of [
      [0, '1.00000000000000000001'],
      [1, '9007199254740994'],
    ] as const) {
      const bad = `{"type":"RECORD","stream":"t","record":{"id":1,"v${index}":${text}}}`
      assert.match((await target.load([schema, bad], strictly)).stderr, /must be a multiple of/)
    }
  }),
)

test(
  'a SCHEMA that changes in what only validation reads counts from then on',
  inScratch(async (target) => {
    const most = (maximum: number) => schemaOf('t', { id: { type: 'integer', maximum } })
    const record = (id: number) => `{"type":"RECORD","stream":"t","record":{"id":${id}}}`
    const { stderr } = await target.load([most(5), record(5), most(9), record(9), record(10)], strictly)
    assert.match(stderr, /Line 5: a record of t \(id 10\) .* must be <= 9/)
    assert.deepEqual(await target.rows('select id::int from :s.t order by id'), [{ id: 5 }, { id: 9 }])
  }),
)

test(
  'a SCHEMA that cannot be checked against ends the load with the reason',
  inScratch(async (target) => {
    const cases: [Record<string, unknown>, RegExp][] = [
      [{ pattern: '(?P<a>x)' }, /Line 1: The SCHEMA of t can't be checked against: Invalid regular expression/],
      [{ $ref: '#/nowhere' }, /can't be checked against: can't resolve reference #\/nowhere/],
    ]
    for (const [schema, message] of cases) {
      const { exitCode, stderr } = await target.load([schemaOf('t', { id: { type: 'integer' }, v: schema })], strictly)
      assert.equal(exitCode, 4)
      assert.match(stderr, message)
      assert.match(stderr, /set validate_records to false/)
    }
  }),
)

test('a decimal is a multiple of a step exactly when there is a whole number of steps', () => {
  fc.assert(
    fc.property(
      fc.bigInt(),
      fc.integer({ min: 1, max: 1000 }),
      fc.integer({ min: 0, max: 20 }),
      (count, step, scale) => {
        const text = (value: bigint) => `${value}e-${scale}`
        assert.equal(isMultiple(text(count * BigInt(step)), text(BigInt(step))), true)
        assert.equal(isMultiple(text(count * BigInt(step) + 1n), text(BigInt(step))), step === 1)
      },
    ),
  )
})

test('what is parsed is what the runtime parses, whatever numbers are noted', () => {
  const number = fc.oneof(fc.double({ noNaN: true }), fc.bigInt().map(Number))
  fc.assert(
    fc.property(fc.jsonValue(), fc.array(fc.tuple(fc.string(), number)), (any, more) => {
      const json = JSON.stringify([any, Object.fromEntries(more)])
      assert.deepEqual(parseNotingLong(json).value, JSON.parse(json))
    }),
  )
  const { value, long } = parseNotingLong('{"a":["12345678901234567890",12345678901234567890,1]}')
  const [list] = Object.values(value as Record<string, object>)
  assert.deepEqual([...(list ? (long.get(list) ?? []) : [])], [['1', '12345678901234567890']])
})
