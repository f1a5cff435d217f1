import assert from 'node:assert/strict'
import { test } from 'node:test'
import { JsonSchema } from '@keap-postgres/protocol'
import { columnsOf } from './columns.js'

/** The column type of each property, as a SCHEMA message with them would make it. */
function typesOf(properties: Record<string, unknown>, more: Record<string, unknown> = {}): Record<string, string> {
  const schema = JsonSchema.parse({ type: 'object', properties, ...more })
  return Object.fromEntries(columnsOf('t', schema, []).map(({ property, type }) => [property, type]))
}

const assertType = (schema: unknown, type: string) =>
  assert.equal(typesOf({ x: schema }).x, type, JSON.stringify(schema))

test('each type and format has its column', () => {
  assertType({ type: 'integer' }, 'bigint')
  assertType({ type: ['null', 'number'] }, 'numeric')
  assertType({ type: 'boolean' }, 'boolean')
  assertType({ type: 'string' }, 'text')
  assertType({ type: ['string', 'null'], format: 'date-time' }, 'timestamptz')
  for (const format of ['date', 'time', 'uuid']) assertType({ type: 'string', format }, format)
  assertType({ type: 'string', format: 'email' }, 'text')
  assertType({ type: 'object', properties: {} }, 'jsonb')
  assertType({ type: 'array', items: { type: 'string' } }, 'jsonb')
  for (const anything of [{}, true, { description: 'what it is' }, { type: 'datetime' }]) assertType(anything, 'jsonb')
})

test('an integer that its schema allows to be beyond 64 bits is numeric', () => {
  assertType({ type: 'integer', maximum: 2 ** 64 - 1 }, 'numeric')
  assertType({ type: 'integer', minimum: -1e20 }, 'numeric')
  // What SQL taps say of a bigint; as a double it is 2^63.
  assertType(JSON.parse('{"type":"integer","minimum":-9223372036854775808,"maximum":9223372036854775807}'), 'bigint')
})

test('of several types it is the narrowest that holds them all', () => {
  assertType({ type: ['integer', 'number', 'null'] }, 'numeric')
  assertType({ anyOf: [{ type: 'integer' }, { type: 'number' }, { type: 'null' }] }, 'numeric')
  assertType({ oneOf: [{ type: 'string', format: 'uuid' }, { type: 'null' }] }, 'uuid')
  assertType(
    {
      anyOf: [
        { type: 'string', format: 'date' },
        { type: 'string', format: 'date-time' },
      ],
    },
    'text',
  )
  assertType({ anyOf: [{ type: 'string', format: 'date-time' }, { type: ['string', 'null'] }] }, 'text')
  assertType({ type: ['string', 'integer'] }, 'jsonb')
  assertType({ type: ['boolean', 'integer'] }, 'jsonb')
  assertType({ anyOf: [{ type: 'string' }, { type: 'object' }] }, 'jsonb')
  assertType({ anyOf: [{ type: 'integer' }, {}] }, 'jsonb')
})

test('keywords side by side, and the parts of allOf, must all be met', () => {
  assertType({ allOf: [{ type: ['string', 'integer'] }, { type: 'integer' }] }, 'bigint')
  assertType({ allOf: [{ type: 'string' }, { format: 'date-time' }, { description: 'when' }] }, 'timestamptz')
  assertType({ type: ['string', 'null'], anyOf: [{ format: 'date-time' }, { type: 'null' }] }, 'timestamptz')
  assertType({ type: ['object', 'null'], oneOf: [{ properties: {} }, { type: 'null' }] }, 'jsonb')
  assertType({ format: 'date-time' }, 'jsonb')
  // Nothing can meet both: whatever comes is kept.
  assertType({ allOf: [{ type: 'string' }, { type: 'integer' }] }, 'jsonb')
})

test('a list of values says what kind they are', () => {
  assertType({ enum: ['a', 'b', null] }, 'text')
  assertType({ type: 'string', format: 'date', enum: ['2024-01-01'] }, 'date')
  assertType({ const: 1 }, 'bigint')
  assertType({ enum: [1, 2.5] }, 'numeric')
  assertType({ enum: [1e20] }, 'numeric')
  assertType({ enum: [true, false] }, 'boolean')
  assertType({ enum: ['a', 1] }, 'jsonb')
  assertType({ const: { a: 1 } }, 'jsonb')
})

test('only null, or nothing, is kept as what may come', () => {
  assertType({ type: 'null' }, 'jsonb')
  assertType({ type: [] }, 'jsonb')
  assertType({ enum: [null] }, 'jsonb')
})

test('a reference is followed: definitions, escapes, lists, the schema itself, and with keywords beside it', () => {
  const definitions = {
    money: { type: ['number', 'null'] },
    text: { type: ['string', 'null'] },
    'a b/c~d%': { type: 'boolean' },
    chain: { $ref: '#/definitions/money' },
  }
  const $defs = { when: { anyOf: [{ type: 'string', format: 'date-time' }, { type: 'null' }] } }
  const ref = ($ref: string, more = {}) => ({ $ref, ...more })
  assert.deepEqual(
    typesOf(
      {
        money: ref('#/definitions/money'),
        chain: ref('#/definitions/chain'),
        odd: ref('#/definitions/a%20b~1c~0d%25'),
        when: ref('#/$defs/when'),
        day: ref('#/definitions/text', { format: 'date' }),
        listed: ref('#/$defs/when/anyOf/0'),
        twin: ref('#/properties/money'),
        root: ref('#'),
        lost: ref('#/definitions/nothing'),
        elsewhere: ref('https://example.com/schema.json'),
        broken: ref('#/definitions/%'),
      },
      { definitions, $defs },
    ),
    {
      money: 'numeric',
      chain: 'numeric',
      odd: 'boolean',
      when: 'timestamptz',
      day: 'date',
      listed: 'timestamptz',
      twin: 'numeric',
      root: 'jsonb',
      lost: 'jsonb',
      elsewhere: 'jsonb',
      broken: 'jsonb',
    },
  )
})

test('references in a circle end', () => {
  const definitions = {
    a: { $ref: '#/definitions/b' },
    b: { anyOf: [{ $ref: '#/definitions/a' }, { type: 'null' }] },
    node: { type: ['object', 'null'], properties: { child: { $ref: '#/definitions/node' } } },
    narrowed: { allOf: [{ type: 'integer' }, { $ref: '#/definitions/narrowed' }] },
  }
  assert.deepEqual(
    typesOf(
      {
        a: { $ref: '#/definitions/a' },
        node: { $ref: '#/definitions/node' },
        narrowed: { $ref: '#/definitions/narrowed' },
      },
      { definitions },
    ),
    { a: 'jsonb', node: 'jsonb', narrowed: 'bigint' },
  )
})

test('a keyword in a form that is none says nothing', () => {
  assertType({ type: 'string', required: true, format: null, anyOf: 'x', items: false }, 'text')
  assertType({ type: 3 }, 'jsonb')
  assertType({ type: 'integer', maximum: '5' }, 'bigint')
})

test('the properties of a stream may stand behind a reference or in parts, and then all count', () => {
  const id = { type: 'integer' }
  const behind = JsonSchema.parse({
    $ref: '#/definitions/t',
    definitions: { t: { allOf: [{ properties: { id } }, { $ref: '#/definitions/t' }] } },
  })
  assert.deepEqual(columnsOf('t', behind, ['id']), [{ property: 'id', name: 'id', type: 'bigint', isKey: true }])
  const inParts = {
    allOf: [{ properties: { id, a: { type: ['integer', 'string'] } } }, { properties: { a: { type: 'integer' } } }],
    anyOf: [{ properties: { b: { type: 'integer' } } }, { properties: { b: { type: 'number' }, c: id } }],
  }
  assert.deepEqual(typesOf({ own: { type: 'string' } }, inParts), {
    own: 'text',
    id: 'bigint',
    a: 'bigint',
    b: 'numeric',
    c: 'bigint',
  })
})

test('a property may have the name of anything that objects have', () => {
  const schema = JsonSchema.parse(
    JSON.parse('{"properties":{"__proto__":{"type":"boolean"},"constructor":{},"id":{}}}'),
  )
  assert.deepEqual(
    columnsOf('t', schema, ['__proto__']).map(({ property, type }) => [property, type]),
    [
      ['__proto__', 'boolean'],
      ['constructor', 'jsonb'],
      ['id', 'jsonb'],
    ],
  )
})

test("a property of a metadata column's name gets a column of another, but for the mark of deletion", () => {
  const schema = { properties: { _sdc_batched_at: {}, _sdc_sequence: {}, _sdc_deleted_at: {} } }
  const columns = columnsOf('t', schema, [])
  assert.deepEqual(
    columns.map(({ property }) => property),
    ['_sdc_batched_at', '_sdc_sequence'],
  )
  for (const { property, name } of columns) assert.match(name, new RegExp(`^${property}_[0-9a-f]{8}$`))
  assert.throws(() => columnsOf('t', schema, ['_sdc_deleted_at']), { name: 'DataError' })
})
