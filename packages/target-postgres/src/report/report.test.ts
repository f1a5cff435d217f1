import assert from 'node:assert/strict'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { inScratch, type Scratch } from '../testing.js'

/** The page that the command writes. */
async function reportOf(scratch: Scratch): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'keap-report-'))
  const file = path.join(folder, 'out.html')
  await writeFile(file, 'an older one')
  const { exitCode, states: printed, stderr } = await scratch.run(['report', '--output', file])
  assert.equal(exitCode, 0, stderr)
  assert.deepEqual(printed, [file])
  assert.deepEqual(await readdir(folder), ['out.html'])
  const page = await readFile(file, 'utf8')
  await rm(folder, { recursive: true })
  return page
}

test(
  'of an empty database it says that nothing was loaded, and makes nothing in it',
  inScratch(async (scratch) => {
    const page = await reportOf(scratch)
    const said = [
      'nothing was ever loaded',
      'Nothing has been loaded yet.',
      'No run of target-postgres has been recorded',
      'No tap has logged calls',
      'The checks have never been run',
      'No snapshot has been taken yet',
      'There are no tables yet.',
      'No definitions of custom fields are loaded',
    ]
    assert.deepEqual(
      said.filter((text) => !page.includes(text)),
      [],
    )
    const [made] = await scratch.rows(
      `select to_regnamespace('"${scratch.metaSchema}"') is not null or to_regnamespace('"${scratch.schema}"') is not null as made`,
    )
    assert.deepEqual(made, { made: false })
  }),
)

const HOSTILE = `</title></style><script>alert("1")</script><img src=x onerror='alert(2)'>&lt;`

const hostileStream = [
  {
    type: 'SCHEMA',
    stream: HOSTILE,
    schema: { type: 'object', properties: { id: { type: 'integer' } } },
    key_properties: ['id'],
  },
  { type: 'RECORD', stream: HOSTILE, record: { id: 1 } },
  {
    type: 'SCHEMA',
    stream: 'custom_fields',
    schema: {
      type: 'object',
      properties: {
        record_type: { type: 'string' },
        id: { type: 'integer' },
        label: { type: 'string' },
        field_type: { type: 'string' },
      },
    },
    key_properties: ['id'],
  },
  {
    type: 'RECORD',
    stream: 'custom_fields',
    record: { record_type: 'CONTACT', id: 7, label: HOSTILE, field_type: HOSTILE },
  },
  {
    type: 'SCHEMA',
    stream: 'contacts',
    schema: { type: 'object', properties: { id: { type: 'integer' }, custom_fields: { type: 'object' } } },
    key_properties: ['id'],
  },
  { type: 'RECORD', stream: 'contacts', record: { id: 1, custom_fields: { 7: 'x' } } },
  { type: 'RECORD', stream: 'contacts', record: { id: 2, custom_fields: { 7: '' } } },
  {
    type: 'SCHEMA',
    stream: 'business_profile',
    schema: { type: 'object', properties: { id: { type: 'integer' }, name: { type: 'string' } } },
    key_properties: ['id'],
  },
  { type: 'RECORD', stream: 'business_profile', record: { id: 1, name: HOSTILE } },
]

test(
  'whatever names, labels, findings and messages hold is shown as text',
  inScratch(async (scratch) => {
    await scratch.load(hostileStream)
    await scratch.run(['snapshot'])
    const literal = `'${HOSTILE.replaceAll("'", "''")}'`
    await scratch.rows(`
      insert into :meta.check_results (check_run_id, check_id, pack, target_schema, severity, title, result, findings, sample, reason,
          seconds, checked_at)
        select gen_random_uuid(), ${literal}, pack, '${scratch.schema}', 'error', ${literal}, result, 3,
          jsonb_build_array(jsonb_build_object('key', ${literal}, 'explanation', ${literal})), ${literal}, 1, now()
        from unnest(array[${literal}, 'other'], array['fail', 'not tested']) as one (pack, result);
      insert into :meta.drift (snapshot_id, compared_with, target_schema, target_table, kind, explanation)
        select snapshot_id, 0, '${scratch.schema}', ${literal}, ${literal}, ${literal} from :meta.snapshots;
      update :meta.runs set status = 'failed', error = ${literal};
      insert into :meta.pages (tap_run_id, seq, account, method, path, attempts, rows, bytes, ms, requested_at, _sdc_batched_at)
        values ('1', 1, ${literal}, ${literal}, ${literal}, 1, 1, 1, 1, now(), now())
    `)
    const page = await reportOf(scratch)
    // Every place has it, in that form only.
    const escaped = '&lt;/title&gt;&lt;/style&gt;&lt;script&gt;alert('
    assert.ok(page.split(escaped).length > 15, page)
    assert.doesNotMatch(page, /<script|<img/i)
    assert.match(page, /<title>&lt;\/title&gt;[^<]* – report<\/title>/)
    assert.equal(page.split('</style>').length, 2)
    assert.match(page, /1 of 1 field in use, in 2 records/)
  }),
)

test(
  'it is written as a whole or not at all: into a folder that isn’t there, not',
  inScratch(async (scratch) => {
    await scratch.load(hostileStream)
    await reportOf(scratch)
    const file = path.join(tmpdir(), 'no such folder', 'out.html')
    const { exitCode, stderr } = await scratch.run(['report', '--output', file])
    assert.equal(exitCode, 2)
    assert.match(stderr, /The report can't be written: ENOENT.*Give --output a file in a folder that is there/)
  }),
)
