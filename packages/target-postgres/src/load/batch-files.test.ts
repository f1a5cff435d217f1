import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { PassThrough } from 'node:stream'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { gzipSync } from 'node:zlib'
import { inScratch, recordOf, runTarget, type Scratch, schemaOf, stateOf, toText } from '../testing.js'

const people = schemaOf('t', { id: { type: 'integer' }, name: { type: 'string' } })
const rows = 'select id::int, name from :s.t order by id'

type Folder = { write(name: string, content: string | Buffer): Promise<string>; path: string }

/** A test with a schema and a folder of its own; `write` gives the URL of the file. */
function inFolder(body: (target: Scratch, folder: Folder) => Promise<void>): () => Promise<void> {
  return inScratch(async (target) => {
    // Names that a URL has to escape.
    const folder = await mkdtemp(path.join(tmpdir(), 'batch files %41 ü#?-'))
    try {
      const write = async (name: string, content: string | Buffer) => {
        await writeFile(path.join(folder, name), content)
        return pathToFileURL(path.join(folder, name)).href
      }
      await body(target, { write, path: folder })
    } finally {
      await rm(folder, { recursive: true })
    }
  })
}

function batchOf(
  manifest: string[],
  { compression = 'none', format = 'jsonl', ...more }: Record<string, unknown> = {},
) {
  return { type: 'BATCH', stream: 't', encoding: { format, compression }, manifest, ...more }
}

function recordsFrom(first: number, last: number, name = 'a'): string {
  const ids = Array.from({ length: last - first + 1 }, (_, at) => first + at)
  return ids.map((id) => `{"id":${id},"name":"${name}"}\n`).join('')
}

test(
  'the records of a BATCH are loaded like others: from several files, packed or not, the last of each key',
  inFolder(async (target, { write, path: folder }) => {
    const plain = await write('1.jsonl', '\n{"id":1,"name":"a"}\r\n\n{"id":2,"name":"b"}')
    const packed = await write('2.jsonl.gz', gzipSync(recordsFrom(2, 3, 'c')))
    await write('3.jsonl', recordsFrom(4, 4))
    const { exitCode, states, stderr } = await target.load([
      people,
      batchOf([plain, path.join(folder, '3.jsonl')]),
      stateOf(1),
      batchOf([packed], { compression: 'gzip' }),
      recordOf('t', { id: 3, name: 'last' }),
      stateOf(2),
    ])
    assert.equal(exitCode, 0, stderr)
    assert.deepEqual(states, ['2'])
    assert.deepEqual(await target.rows(rows), [
      { id: 1, name: 'a' },
      { id: 2, name: 'c' },
      { id: 3, name: 'last' },
      { id: 4, name: 'a' },
    ])
  }),
)

test(
  'the limits of a batch hold within a BATCH, and a STATE behind it comes out when all its rows are committed',
  inFolder(async (target, { write }) => {
    const url = await write('a.jsonl.gz', gzipSync(recordsFrom(1, 25)))
    const lines = [
      people,
      recordOf('t', { id: 0, name: 'x' }),
      stateOf(1),
      batchOf([url], { compression: 'gzip' }),
      stateOf(2),
    ]
    const { states } = await target.load(lines, { batch_size_rows: 10 })
    assert.deepEqual(states, ['1', '2'])
    const batches = 'select records::int from :meta.batches order by batch'
    assert.deepEqual(await target.rows(batches), [{ records: 10 }, { records: 10 }, { records: 6 }])
  }),
)

test(
  'a file of many batches is never in memory as a whole',
  inFolder(async (target, { write }) => {
    const piece = gzipSync(`{"id":1,"name":"${'x'.repeat(1_000_000)}"}\n`)
    const url = await write('big.jsonl.gz', Buffer.concat(Array(200).fill(piece)))
    const before = process.resourceUsage().maxRSS
    const { exitCode, stderr } = await target.load([people, batchOf([url], { compression: 'gzip' })])
    assert.equal(exitCode, 0, stderr)
    assert.ok(process.resourceUsage().maxRSS - before < 150 * 1024)
    assert.deepEqual(await target.rows('select records::int from :meta.runs'), [{ records: 200 }])
  }),
)

test(
  'records of a BATCH carry its version, widen columns and keep every digit',
  inFolder(async (target, { write }) => {
    const url = await write('a.jsonl', '{"id":1,"name":"a"}\n{"id":12345678901234567890,"name":"\\u0041\\n"}\n')
    const lines = [people, batchOf([url], { version: 7 }), { type: 'ACTIVATE_VERSION', stream: 't', version: 7 }]
    assert.equal((await target.load(lines)).exitCode, 0)
    assert.deepEqual(
      await target.rows('select id::text, name, _sdc_table_version::int as version from :s.t order by id'),
      [
        { id: '1', name: 'a', version: 7 },
        { id: '12345678901234567890', name: 'A\n', version: 7 },
      ],
    )
    assert.deepEqual(await target.rows('select from :s.t where _sdc_deleted_at is not null'), [])
  }),
)

test(
  'a BATCH goes with every load method, and with raw and metadata',
  inFolder(async (target, { write }) => {
    const first = await write('1.jsonl', recordsFrom(1, 3))
    const second = await write('2.jsonl', recordsFrom(3, 4))
    const settings = { batch_size_rows: 2, add_raw: true, add_record_metadata: true }
    await target.load([people, batchOf([first])], settings)
    await target.load([people, batchOf([second])], { ...settings, load_method: 'overwrite' })
    assert.deepEqual(await target.rows('select id::int, raw, _sdc_sequence > 0 as told from :s.t order by id'), [
      { id: 3, raw: { id: 3, name: 'a' }, told: true },
      { id: 4, raw: { id: 4, name: 'a' }, told: true },
    ])
    await target.rows('drop table :s.t')
    await target.load([people, batchOf([first, first])], { ...settings, load_method: 'append-only' })
    assert.equal((await target.rows('select from :s.t')).length, 6)
  }),
)

test(
  'a file by a relative URL, as Meltano’s SDK writes it, is looked for from where the target runs',
  inFolder(async (target, { write, path: folder }) => {
    await write('a.jsonl', recordsFrom(1, 1))
    const relative = path.relative(process.cwd(), path.join(folder, 'a.jsonl'))
    const { exitCode, stderr } = await target.load([people, batchOf([`file://${encodeURI(relative)}`])])
    assert.equal(exitCode, 0, stderr)
    assert.equal((await target.rows(rows)).length, 1)
  }),
)

for (const [what, more, said] of [
  [
    'a file that is not there',
    { manifest: ['file:///nowhere/a.jsonl'] },
    /file:\/\/\/nowhere\/a.jsonl, which can't be read: ENOENT/,
  ],
  ['a malformed URL', { manifest: ['file:///a%zz'] }, /a file at file:\/\/\/a%zz, which is no URL of a file/],
  ['a folder', { manifest: [pathToFileURL(tmpdir()).href] }, /which is no file/],
  [
    'a file at s3',
    { manifest: ['s3://bucket/a.jsonl'] },
    /has a file at s3:\/\/bucket\/a.jsonl. Wanted is a file:\/\/ URL/,
  ],
  ['another format', { format: 'parquet' }, /in the format "parquet" with the compression "none". Wanted is "jsonl"/],
  ['another compression', { compression: 'zstd' }, /with the compression "zstd"/],
] as const) {
  test(
    `a BATCH of ${what} is refused before anything of it is loaded`,
    inFolder(async (target, { write }) => {
      const good = await write('a.jsonl', recordsFrom(1, 3))
      const { manifest = [], ...encoding } = { manifest: undefined, ...more }
      const lines = [
        people,
        recordOf('t', { id: 9, name: 'x' }),
        stateOf(1),
        batchOf([good, ...manifest], encoding),
        stateOf(2),
      ]
      const { exitCode, states, stderr } = await target.load(lines, { batch_size_rows: 1 })
      assert.equal(exitCode, 4)
      assert.match(stderr, /Line 4: a BATCH of t /)
      assert.match(stderr, said)
      assert.deepEqual(states, ['1'])
      assert.deepEqual(await target.rows(rows), [{ id: 9, name: 'x' }])
    }),
  )
}

for (const [what, content, said] of [
  ['a line that is no JSON', `${recordsFrom(1, 2)}oops\n`, /Line 3 is not a record: .*"oops"? seen/],
  ['a line that is no object', '[1]\n', /Line 1 is not a record: an object wanted/],
  ['half a line at its end', `${recordsFrom(1, 1)}{"id":2,"na`, /Line 2 is not a record/],
  [
    'a record that its table cannot take',
    '{"id":1}\n\n{"id":"x"}\n',
    /Line 3: a record of t \(id "x"\) has "x" as "id"/,
  ],
  ['a record without its key', '{"name":"a"}\n', /Line 1: a record of t has no "id"/],
] as const) {
  test(
    `${what} is told with file and line, and no STATE behind it comes out`,
    inFolder(async (target, { write }) => {
      const url = await write('a.jsonl', content)
      const { exitCode, states, stderr } = await target.load([people, stateOf(1), batchOf([url]), stateOf(2)])
      assert.equal(exitCode, 4)
      assert.match(stderr, /In \/.*a\.jsonl, of the BATCH on line 3: /)
      assert.match(stderr, said)
      assert.deepEqual(states, ['1'])
    }),
  )
}

for (const [what, content] of [
  ['is not packed', Buffer.from(recordsFrom(1, 1))],
  ['was cut off', gzipSync(recordsFrom(1, 1000)).subarray(0, 100)],
] as const) {
  test(
    `a gzip file that ${what} is refused`,
    inFolder(async (target, { write }) => {
      const url = await write('a.gz', content)
      const { exitCode, states, stderr } = await target.load([
        people,
        batchOf([url], { compression: 'gzip' }),
        stateOf(1),
      ])
      assert.equal(exitCode, 4)
      assert.match(stderr, /a\.gz, of the BATCH on line 2: It can't be unpacked as gzip/)
      assert.deepEqual(states, [])
    }),
  )
}

test(
  'a BATCH before its SCHEMA is refused',
  inFolder(async (target, { write }) => {
    const { exitCode, stderr } = await target.load([batchOf([await write('a.jsonl', '')])])
    assert.equal(exitCode, 4)
    assert.match(stderr, /Line 1: a BATCH of t before any SCHEMA/)
  }),
)

test(
  'a signal in the midst of a BATCH ends the load well, and no STATE behind it comes out',
  inFolder(async (target, { write }) => {
    const url = await write('a.jsonl.gz', gzipSync(recordsFrom(1, 1_000_000), { level: 1 }))
    const stop = new AbortController()
    const stdin = new PassThrough()
    const ending = runTarget([], { ...target.env, TARGET_POSTGRES_BATCH_SIZE_ROWS: '1000' }, stdin, stop.signal)
    stdin.end(toText([people, stateOf(1), batchOf([url], { compression: 'gzip' }), stateOf(2)]))
    const committed = "select from :meta.runs where records > 0 and status = 'running'"
    while ((await target.rows(committed).catch(() => [])).length === 0) await sleep(10)
    stop.abort()
    const { exitCode, states, stderr } = await ending
    assert.equal(exitCode, 0, stderr)
    assert.deepEqual(states, ['1'])
    const [left] = await target.rows<{ count: number }>('select count(*)::int from :s.t')
    assert.ok(left && left.count > 0 && left.count < 1_000_000)
  }),
)

test(
  'files stay where they are: they are the tap’s, and a run that starts again may need them',
  inFolder(async (target, { write }) => {
    const url = await write('a.jsonl', recordsFrom(1, 2))
    for (const unchanged of [0, 2]) {
      const { stderr } = await target.load([people, batchOf([url])])
      assert.match(stderr, new RegExp(`${unchanged} unchanged`))
    }
  }),
)

test(
  'a message of an unknown type is left aside, with one warning for each type; blank lines are skipped',
  inScratch(async (target) => {
    const ping = { type: 'PING', value: 1 }
    const { exitCode, states, stderr } = await target.load([
      ping,
      '',
      people,
      ping,
      { type: 'Pong' },
      '  ',
      ping,
      stateOf(1),
    ])
    assert.equal(exitCode, 0, stderr)
    assert.deepEqual(states, ['1'])
    assert.deepEqual(
      stderr.match(/Line \d+: messages of the type .{3,8} are not known/g)?.map((line) => line.slice(0, 6)),
      ['Line 1', 'Line 5'],
    )
  }),
)
