import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { fromUrl } from '../db/choose-connection.js'
import { connect } from '../db/connect.js'
import { testDatabaseUrl } from '../testing.js'
import { type ContentType, castContent, contentTypeOf, patterns } from './content-cast.js'

const types: ContentType[] = ['bigint', 'boolean', 'date', 'numeric', 'text', 'text[]', 'timestamptz']

/** What each content, given as JSON, becomes: as Postgres prints it. */
async function castAll(contents: readonly string[], type: ContentType, setting = ''): Promise<(string | null)[]> {
  await using client = await connect(fromUrl(testDatabaseUrl(), 'DATABASE_URL'))
  if (setting) await client.query(setting)
  const expression = castContent({ json: `t.c -> '17'`, text: `t.c ->> '17'` }, type)
  const { rows } = await client.query<{ value: string | null }>(
    `
    select (${expression})::text as value
    from (
      select jsonb_build_object('17', content::jsonb) as c, at
      from unnest($1::text[]) with ordinality as given (content, at)
    ) as t
    order by at
    `,
    [contents],
  )
  return rows.map(({ value }) => value)
}

async function assertCasts(type: ContentType, expected: readonly (readonly [unknown, string | null])[]) {
  const contents = expected.map(([content]) => JSON.stringify(content))
  assert.deepEqual(
    await castAll(contents, type),
    expected.map(([, value]) => value),
  )
}

test('every field type has a column type, and one that Keap adds is text', () => {
  assert.equal(contentTypeOf('CURRENCY'), 'numeric')
  assert.equal(contentTypeOf('USER_LIST_BOX'), 'text[]')
  assert.equal(contentTypeOf('DRILLDOWN'), 'text')
  assert.equal(contentTypeOf('HOLOGRAM'), 'text')
  assert.equal(contentTypeOf(undefined), 'text')
})

test('numbers arrive as numbers or as text; anything else is null', () =>
  assertCasts('numeric', [
    [1.5, '1.5'],
    ['1.10', '1.10'],
    [' -0.5 ', '-0.5'],
    ['1e3', '1000'],
    ['.5', '0.5'],
    ['1,234.50', null],
    ['$5', null],
    ['NaN', null],
    ['Infinity', null],
    ['0x10', null],
    ['1_000', null],
    ['٣', null],
    ['1e9999', null],
    ['9'.repeat(200_000), null],
    ['', null],
    ['12\n', null],
    [true, null],
    [[1], null],
    [{}, null],
    [null, null],
  ]))

test('whole numbers are exact, and null beyond 64 bits', () =>
  assertCasts('bigint', [
    [42, '42'],
    ['9223372036854775807', '9223372036854775807'],
    ['-9223372036854775808', '-9223372036854775808'],
    ['9223372036854775808', null],
    ['2024.0', '2024'],
    ['2024.5', null],
    ['9'.repeat(99), null],
    ['abc', null],
    [null, null],
  ]))

test('yes and no come in all of Keap’s spellings', () =>
  assertCasts('boolean', [
    [true, 'true'],
    [false, 'false'],
    [1, 'true'],
    [0, 'false'],
    ['1', 'true'],
    ['Yes', 'true'],
    ['NO ', 'false'],
    ['true', 'true'],
    [2, null],
    ['maybe', null],
    ['', null],
    [null, null],
  ]))

test('a date is the day as it is written, with or without a time', () =>
  assertCasts('date', [
    ['2024-02-29', '2024-02-29'],
    ['2023-02-29', null],
    ['1900-02-29', null],
    ['2000-02-29', '2000-02-29'],
    ['2024-04-31', null],
    ['2024-03-15T23:30:00-07:00', '2024-03-15'],
    ['2024-03-15 10:30', '2024-03-15'],
    ['2024-03-15T10:30:00.000+0000', '2024-03-15'],
    ['0000-01-01', null],
    ['03/15/2024', null],
    ['today', null],
    ['infinity', null],
    ['2024-3-5', null],
    [20240315, null],
    ['', null],
    [null, null],
  ]))

test('a time without a zone is UTC', () =>
  assertCasts('timestamptz', [
    ['2024-03-15T10:30:00Z', '2024-03-15 10:30:00+00'],
    ['2024-03-15T10:30:00.123+0200', '2024-03-15 08:30:00.123+00'],
    ['2024-03-15T10:30-07:00', '2024-03-15 17:30:00+00'],
    ['2024-03-15 10:30', '2024-03-15 10:30:00+00'],
    ['2024-03-15', '2024-03-15 00:00:00+00'],
    ['2024-03-15T10:30:00.123456789123456789Z', '2024-03-15 10:30:00.123457+00'],
    [`2024-03-15T10:30:00.${'1'.repeat(100)}Z`, null],
    ['2024-03-15T24:00:00Z', null],
    ['2024-03-15T10:30:61Z', null],
    ['2024-03-15T10:30:00 Mars/Olympus', null],
    ['2023-02-29T00:00:00Z', null],
    ['now', null],
    [1710498600, null],
    [null, null],
  ]))

test('dates and times don’t depend on the reader’s settings', async () => {
  const settings = `set timezone = 'Pacific/Kiritimati'; set datestyle = 'German, DMY'`
  assert.deepEqual(await castAll(['"2024-03-15T10:30:00"'], 'timestamptz', settings), ['16.03.2024 00:30:00 +14'])
  assert.deepEqual(await castAll(['"2024-03-05T10:30:00Z"'], 'date', settings), ['05.03.2024'])
})

test('a list comes as an array, as text with commas, or as its one item', () =>
  assertCasts('text[]', [
    [['Red', 'Grün, hell'], '{Red,"Grün, hell"}'],
    [[1, 2], '{1,2}'],
    [['a', null], '{a,NULL}'],
    [[], '{}'],
    ['Red, Green ,Blue', '{Red,Green,Blue}'],
    ['Red', '{Red}'],
    ['', '{}'],
    [7, '{7}'],
    [{ a: 1 }, null],
    [true, null],
    [null, null],
  ]))

test('text keeps what it is, empty text and JSON included', () =>
  assertCasts('text', [
    ['', ''],
    [' a ', ' a '],
    [['Europe', 'Italy'], '["Europe", "Italy"]'],
    [1.5, '1.5'],
    [null, null],
  ]))

test('the days that a date may be are the calendar’s', () => {
  const pattern = new RegExp(patterns.moment)
  for (const year of [1600, 1900, 1999, 2000, 2023, 2024, 2100, 2400]) {
    for (let month = 0; month <= 13; month++) {
      for (let day = 0; day <= 32; day++) {
        const text = `${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`
        const ms = Date.parse(`${text}T00:00:00Z`)
        const real = !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(text)
        assert.equal(pattern.test(text), real, text)
      }
    }
  }
})

test('whatever a content is, no cast fails', async () => {
  const nearMisses = fc.stringMatching(/^ ?[+-]?[0-9]{0,20}[.eE:TZ-]?[0-9]{0,4}[-:+TZ ]?[0-9]{0,4}$/)
  const datelike = fc
    .tuple(fc.nat(9999), fc.nat(13), fc.nat(32), fc.nat(25), fc.nat(61), fc.constantFrom('', 'Z', '+1459', ' -15:00'))
    .map(([year, month, day, hour, minute, zone]) => {
      const [y, ...rest] = [year, month, day, hour, minute].map((part) => String(part).padStart(2, '0'))
      return `${y?.padStart(4, '0')}-${rest[0]}-${rest[1]}T${rest[2]}:${rest[3]}${zone}`
    })
  const storable = fc.jsonValue().filter((value) => !JSON.stringify(value).includes('\\u0000'))
  const contents = fc.sample(fc.oneof(nearMisses, datelike, storable), 2000).map((content) => JSON.stringify(content))
  for (const type of types) assert.equal((await castAll(contents, type)).length, contents.length)
})
