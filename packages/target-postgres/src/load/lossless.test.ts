import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sliceArray, sliceObject } from '@keap-postgres/protocol'
import fc from 'fast-check'
import { inScratch, type Scratch, schemaOf } from '../testing.js'

/** A value as it may be sent, and as it must arrive: numbers written out, strings as JSON, keys in order. */
type Sent = { json: string; arrives: string }

const id = { type: 'integer' }

/** The one rule: U+0000 and lone surrogates become U+FFFD. */
const storable = (text: string) => text.replace(/[\0\p{Surrogate}]/gu, '\uFFFD')

const digits = (max: number) =>
  fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: max }).map((all) => all.join(''))

const anyNumber: fc.Arbitrary<Sent> = fc
  .record({
    sign: fc.constantFrom('', '-'),
    whole: digits(40).map((text) => text.replace(/^0+(?=\d)/, '')),
    fraction: fc.option(digits(40), { nil: '' }),
    exponent: fc.option(fc.integer({ min: -60, max: 60 }), { nil: undefined }),
    e: fc.constantFrom('e', 'E', 'e+', 'E+'),
  })
  .map(({ sign, whole, fraction, exponent, e }) => {
    const power = exponent === undefined ? '' : `${exponent < 0 ? e.charAt(0) : e}${exponent}`
    const json = `${sign}${whole}${fraction === '' ? '' : `.${fraction}`}${power}`
    return { json, arrives: writtenOut(sign, whole, fraction, exponent ?? 0) }
  })

/** A number without its exponent, with each digit after the point that it was sent with. */
function writtenOut(sign: string, whole: string, fraction: string, exponent: number): string {
  const all = whole + fraction
  const point = whole.length + exponent
  const before =
    all
      .slice(0, Math.max(point, 0))
      .padEnd(point, '0')
      .replace(/^0+(?=\d)/, '') || '0'
  const after = point < 0 ? '0'.repeat(-point) + all : all.slice(point)
  return `${/[1-9]/.test(all) ? sign : ''}${before}${after === '' ? '' : `.${after}`}`
}

const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc
    .array(
      fc.constantFrom(
        '\\',
        '\\N',
        '\\.',
        '\t',
        '\n',
        '\r',
        '\b',
        '"',
        '/',
        '\0',
        '\ud83d',
        '\ude00',
        '😀',
        'a',
        ' ',
        '\u2028',
      ),
    )
    .map((parts) => parts.join('')),
)

/** A string, some of its characters escaped in one of the ways that JSON has. */
const anyString: fc.Arbitrary<Sent & { value: string }> = fc
  .tuple(anyText, fc.infiniteStream(fc.boolean()))
  .map(([value, choices]) => {
    const units = [...Array(value.length).keys()].map((at) => value.charCodeAt(at))
    const escaped = units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`)
    // A lone surrogate has no form in UTF-8 but an escape; half an escaped pair would be another string.
    const plain = JSON.stringify(value)
    const isWhole = !/\p{Surrogate}/u.test(value)
    const json = isWhole && choices.next().value ? plain : `"${escaped.join('')}"`
    return {
      value,
      json: choices.next().value ? json : json.replaceAll('/', '\\/'),
      arrives: JSON.stringify(storable(value)),
    }
  })

const space = fc.constantFrom('', '', ' ', '\t', '  ')

const { anyJson } = fc.letrec<{ anyJson: Sent }>((tie) => ({
  anyJson: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    anyNumber,
    anyString,
    fc.constantFrom('true', 'false', 'null').map((json) => ({ json, arrives: json })),
    fc.tuple(fc.array(tie('anyJson')), space).map(([items, gap]) => ({
      json: `[${gap}${items.map((item) => item.json).join(`${gap},${gap}`)}${gap}]`,
      arrives: `[${items.map((item) => item.arrives).join()}]`,
    })),
    fc
      .tuple(
        // Two keys that become one by the rule above can't both arrive.
        fc.uniqueArray(fc.tuple(anyString, tie('anyJson')), { selector: ([key]) => storable(key.value) }),
        space,
      )
      .map(([members, gap]) => ({
        json: `{${gap}${members.map(([key, { json }]) => `${key.json}${gap}:${gap}${json}`).join(`${gap},`)}${gap}}`,
        arrives: `{${members
          .map(([key, { arrives }]) => `${key.arrives}:${arrives}`)
          .sort()
          .join()}}`,
      })),
  ),
}))

/** What Postgres prints, in the form of `arrives`. */
function normalized(json: string): string {
  if (json.startsWith('[')) return `[${sliceArray(json).map(normalized).join()}]`
  if (json.startsWith('{')) {
    const members = [...sliceObject(json)].map(([key, value]) => `${JSON.stringify(key)}:${normalized(value)}`)
    return `{${members.sort().join()}}`
  }
  return json.startsWith('"') ? JSON.stringify(JSON.parse(json)) : json
}

async function loadAll(target: Scratch, properties: Record<string, object>, rows: readonly Record<string, Sent>[]) {
  const { exitCode, stderr } = await target.load([
    schemaOf('t', { id, ...properties }),
    ...rows.map((row, index) => {
      const members = Object.entries(row).map(([name, { json }]) => `"${name}":${json}`)
      return `{"type":"RECORD","stream":"t","record":{"id":${index},${members.join()}}}`
    }),
  ])
  assert.equal(exitCode, 0, stderr)
}

test(
  'any JSON value in is the same value out of Postgres: every digit, every character, at any depth',
  inScratch(async (target) => {
    const sent = fc.sample(anyJson, 1500)
    await loadAll(
      target,
      { value: {} },
      sent.map((value) => ({ value })),
    )
    const rows = await target.rows<{ value: string | null }>('select value::text from :s.t order by id')
    for (const [index, { json, arrives }] of sent.entries()) {
      const { value = null } = rows[index] ?? {}
      assert.equal(value === null ? 'null' : normalized(value), arrives, json)
    }
  }),
)

test(
  'any record in is the same record out of the column that add_raw makes, whatever its schema knows of it',
  inScratch(async (target) => {
    const values = fc.sample(anyJson, 1500)
    const names = fc.sample(anyString, values.length).filter(({ value }) => value !== 'id')
    const gaps = fc.sample(space, values.length)
    const sent = gaps.slice(0, 500).map((gap, index) => {
      const members = new Map([
        ['id', { name: { json: '"id"', arrives: '"id"' }, value: { json: `${index}`, arrives: `${index}` } }],
      ])
      for (const at of [3 * index, 3 * index + 1, 3 * index + 2]) {
        const [name, value] = [names[at], values[at]]
        // Two names that become one by the rule above can't both arrive.
        if (name && value) members.set(storable(name.value), { name, value })
      }
      const all = [...members.values()]
      return {
        json: `{${gap}${all.map(({ name, value }) => `${name.json}${gap}:${gap}${value.json}`).join(`${gap},${gap}`)}${gap}}`,
        arrives: `{${all
          .map(({ name, value }) => `${name.arrives}:${value.arrives}`)
          .sort()
          .join()}}`,
      }
    })
    const lines = sent.map(({ json }) => `{"type":"RECORD","stream":"t","record":${json}}`)
    const { exitCode, stderr } = await target.load([schemaOf('t', { id }), ...lines], { add_raw: true })
    assert.equal(exitCode, 0, stderr.slice(-1000))
    const rows = await target.rows<{ raw: string }>('select raw::text from :s.t order by id')
    for (const [index, { json, arrives }] of sent.entries()) {
      assert.equal(normalized(rows[index]?.raw ?? ''), arrives, json)
    }
  }),
)

test(
  'any number and any string is itself in a column of its type',
  inScratch(async (target) => {
    const numbers = fc.sample(anyNumber, 800)
    const strings = fc.sample(anyString, 800)
    const integers = fc
      .sample(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), 800)
      .map((value) => ({ json: `${value}`, arrives: `${value}` }))
    await loadAll(
      target,
      { number: { type: 'number' }, string: { type: 'string' }, integer: id },
      numbers.map((number, index) => ({
        number,
        string: strings[index] ?? number,
        integer: integers[index] ?? number,
      })),
    )
    const rows = await target.rows('select number::text, string, integer::text from :s.t order by id')
    for (const [index, row] of rows.entries()) {
      assert.equal(row.number, numbers[index]?.arrives, numbers[index]?.json)
      assert.equal(row.string, storable(strings[index]?.value ?? ''), strings[index]?.json)
      assert.equal(row.integer, integers[index]?.arrives)
    }
  }),
)

test(
  'any moment is the same moment, to the microsecond, whatever its offset and however it is written',
  inScratch(async (target) => {
    const two = (value: number) => String(value).padStart(2, '0')
    const anyMoment = fc
      .record({
        at: fc.date({
          min: new Date('0002-01-01T00:00:00Z'),
          max: new Date('9998-12-31T00:00:00Z'),
          noInvalidDate: true,
        }),
        micros: fc.option(digits(9), { nil: '' }),
        minutes: fc.integer({ min: -14 * 60, max: 14 * 60 }),
        separator: fc.constantFrom('T', 't', ' '),
        colon: fc.constantFrom(':', ''),
      })
      .map(({ at, micros, minutes, separator, colon }) => {
        const local = new Date(at.setUTCMilliseconds(0) + minutes * 60_000)
          .toISOString()
          .slice(0, 19)
          .replace('T', separator)
        const size = Math.abs(minutes)
        const offset = `${minutes < 0 ? '-' : '+'}${two(Math.trunc(size / 60))}${colon}${two(size % 60)}`
        return {
          json: `"${local}${micros === '' ? '' : `.${micros}`}${minutes === 0 ? 'Z' : offset}"`,
          arrives: `${at.toISOString().slice(0, 19)}.${micros.slice(0, 6).padEnd(6, '0')}`,
        }
      })
    const sent = fc.sample(anyMoment, 800)
    await loadAll(
      target,
      { at: { type: 'string', format: 'date-time' } },
      sent.map((at) => ({ at })),
    )
    const rows = await target.rows(
      `select to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US') as at from :s.t order by id`,
    )
    for (const [index, row] of rows.entries()) assert.equal(row.at, sent[index]?.arrives, sent[index]?.json)
  }),
)
