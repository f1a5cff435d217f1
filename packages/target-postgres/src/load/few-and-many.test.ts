import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { inScratch, type Line, recordOf, schemaOf } from '../testing.js'

/** More than go in one statement. */
const MANY = 1_500

const properties = {
  id: { type: 'integer' },
  name: { type: ['string', 'null'] },
  price: { type: ['number', 'null'] },
  at: { type: ['string', 'null'], format: 'date-time' },
  any: {},
}

const anyText = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.constantFrom('', '\\N', '\t\n\r\b\f\\', '{"a",NULL}', '\\u0041'),
)
const anyRest = fc.record({
  name: fc.option(anyText),
  price: fc.option(fc.integer().map((cents) => cents / 100)),
  at: fc.constantFrom(null, '2024-02-29T10:30:00Z', '1999-12-31T23:59:59.123456+02:00'),
  any: fc.oneof(fc.jsonValue({ maxDepth: 2 }), anyText),
})

/** Records of keys that come again, as in a source where some change, some don't and some are new. */
function records(seed: number, version?: number): Line[] {
  const rests = fc.sample(anyRest, { numRuns: MANY, seed })
  return rests.map((rest, index) => {
    const id = index % 10 === 0 ? Math.floor(index / 2) : index + (index % 3 === 0 ? MANY * seed : 0)
    return recordOf('t', { id, ...rest }, version === undefined ? {} : { version })
  })
}

const everything = `
  select id::int, name, price::text, at::text, "any"::text, _sdc_table_version::int as version,
    _sdc_deleted_at is not null as is_deleted, _sdc_record_hash::text as hash
  from :s.t order by id, name, price, at, "any"::text`
const counted = `
  select sum(records)::int as records, sum(inserted)::int as inserted, sum(deleted)::int as deleted
  from :meta.batches`

const cases: [title: string, loads: Line[][]][] = [
  ['keyed records', [1, 2, 1].map((seed) => [schemaOf('t', properties), ...records(seed)])],
  ['records without a key', [1, 2].map((seed) => [schemaOf('t', properties, []), ...records(seed)])],
  [
    'complete scans',
    [1, 2, 3].map((version) => [
      schemaOf('t', properties),
      ...records(version === 3 ? 1 : version, version),
      { type: 'ACTIVATE_VERSION', stream: 't', version },
    ]),
  ],
]

for (const [title, loads] of cases) {
  test(
    `${title} come out alike, whether many are loaded at once or a few at a time`,
    inScratch(async (many) => {
      await inScratch(async (few) => {
        for (const lines of loads) {
          const together = await many.load(lines)
          assert.equal(together.exitCode, 0, together.stderr)
          const apart = await few.load(lines, { batch_size_rows: 100 })
          assert.equal(apart.exitCode, 0, apart.stderr)
          assert.deepEqual(await few.rows(everything), await many.rows(everything))
          assert.deepEqual(await few.rows(counted), await many.rows(counted))
        }
      })()
    }),
  )
}
