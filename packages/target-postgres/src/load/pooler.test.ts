import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect as connectTo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { PassThrough } from 'node:stream'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { inScratch, recordOf, runTarget, type Scratch, schemaOf, stateOf, testDatabaseUrl, toText } from '../testing.js'

const PGBOUNCER = [...(process.env.PATH ?? '').split(path.delimiter), '/usr/sbin']
  .map((folder) => path.join(folder, 'pgbouncer'))
  .find((file) => existsSync(file))
const skip = PGBOUNCER ? false : 'pgbouncer is not installed; "apt-get install pgbouncer" lets this test run'

type Pooler = AsyncDisposable & { url: string }

/** A pgbouncer in front of the tests' server, in transaction mode: each transaction gets the connection that was idle longest. */
async function startPooler(mode: 'transaction' | 'session', poolSize: number): Promise<Pooler> {
  const { hostname, port, username, password, pathname } = new URL(testDatabaseUrl())
  const own = await freePort()
  const dir = await mkdtemp(path.join(tmpdir(), 'keap-pgbouncer-'))
  await chmod(dir, 0o755)
  const file = path.join(dir, 'pgbouncer.ini')
  await writeFile(
    file,
    `[databases]
keap = host=${hostname} port=${port} user=${username} password=${decodeURIComponent(password)} dbname=${pathname.slice(1)}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${own}
unix_socket_dir =
auth_type = any
pool_mode = ${mode}
default_pool_size = ${poolSize}
server_round_robin = 1
ignore_startup_parameters = extra_float_digits
`,
  )
  // It refuses to run as root.
  const asNobody = process.getuid?.() === 0 ? ['-u', 'nobody'] : []
  const child = spawn(PGBOUNCER ?? '', ['-q', ...asNobody, file], { stdio: ['ignore', 'ignore', 'pipe'] })
  await whenListening(child, own)
  return {
    url: `postgres://anyone@127.0.0.1:${own}/keap`,
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGKILL')
      await once(child, 'exit')
      await rm(dir, { recursive: true })
    },
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  return typeof address === 'object' ? (address?.port ?? 0) : 0
}

async function whenListening(child: ChildProcess, port: number): Promise<void> {
  let said = ''
  child.stderr?.on('data', (chunk) => {
    said += chunk
  })
  for (;;) {
    if (child.exitCode !== null) throw new Error(`pgbouncer has ended: ${said}`)
    const socket = connectTo(port, '127.0.0.1')
    const isUp = await new Promise<boolean>((resolve) => {
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    })
    socket.destroy()
    if (isUp) return
    await sleep(20)
  }
}

const properties = { id: { type: 'integer' }, n: { type: 'integer' }, at: { type: 'string', format: 'date-time' } }

/** Three runs that need everything: new tables, merges by a staging table, deletions, a column that becomes wider, rejects. */
async function loadThrough(pooler: Pooler, target: Scratch): Promise<void> {
  const settings = { database_url: pooler.url, batch_size_rows: 50, on_invalid_record: 'quarantine' }
  for (const version of [1, 2, 3]) {
    const records = Array.from({ length: 400 }, (_, id) =>
      recordOf('t', { id: id + version, n: version * (id % 2), at: '2024-01-01T00:00:00' }, { version }),
    )
    const { exitCode, states, stderr } = await target.load(
      [
        schemaOf('t', properties),
        ...records,
        `{"type":"RECORD","stream":"t","version":${version},"record":{"id":7,"n":${version}12345678901234567890}}`,
        recordOf('t', { id: 500, n: 'x' }, { version }),
        { type: 'ACTIVATE_VERSION', stream: 't', version },
        stateOf(version),
      ],
      settings,
    )
    assert.equal(exitCode, 0, stderr)
    assert.equal(states.at(-1), String(version))
  }
  const [row] = await target.rows(`
    select count(*)::int, min(id)::int, max(id)::int, count(distinct at)::int as times, max(n)::text as n
    from :s.t where _sdc_deleted_at is null and at is not null`)
  assert.deepEqual(row, { count: 399, min: 3, max: 402, times: 1, n: '3' })
  assert.deepEqual(await target.rows(`select n::text from :s.t where id = 7`), [{ n: '312345678901234567890' }])
  assert.deepEqual(await target.rows('select times::int from :meta.rejects'), [{ times: 3 }])
  assert.equal((await target.run(['state'], settings)).states[0], '3')
  for (const command of ['check', 'snapshot', 'views']) {
    const { exitCode, stderr } = await target.run([command], settings)
    assert.ok([0, 4].includes(exitCode), stderr)
  }
}

for (const [mode, poolSize] of [
  ['transaction', 4],
  ['transaction', 8],
  ['session', 8],
] as const) {
  test(
    `everything works behind pgbouncer in ${mode} mode with ${poolSize} connections, and leaves them as they were`,
    { skip },
    inScratch(async (target) => {
      await using pooler = await startPooler(mode, poolSize)
      await loadThrough(pooler, target)
      const client = new pg.Client({ connectionString: pooler.url })
      await client.connect()
      for (let n = 0; n < poolSize; n++) {
        const { rows } = await client.query(`
          select name from pg_settings
          where name in ('work_mem', 'timezone', 'statement_timeout', 'temp_buffers') and source = 'session'`)
        assert.deepEqual(rows, [])
      }
      await client.end()
    }),
  )
}

test(
  'behind a pooler, too, a stream is one run at a time, and a connection that is lost is made anew',
  { skip },
  inScratch(async (target) => {
    await using pooler = await startPooler('transaction', 8)
    const input = new PassThrough()
    const env = { ...target.env, TARGET_POSTGRES_DATABASE_URL: pooler.url, TARGET_POSTGRES_BATCH_WAIT_SECONDS: '0.05' }
    const ended = runTarget([], env, input)
    const whenLoaded = async (records: number) => {
      const loaded = () =>
        target.rows<{ records: number }>('select records::int from :meta.runs order by started_at').catch(() => [])
      while ((await loaded())[0]?.records !== records) await sleep(20)
    }
    input.write(toText([schemaOf('t', properties), recordOf('t', { id: 1 }), stateOf(1)]))
    await whenLoaded(1)
    const other = await target.load([schemaOf('t', properties), recordOf('t', { id: 2 })], { database_url: pooler.url })
    assert.equal(other.exitCode, 3)
    assert.match(other.stderr, /Another process is loading t/)
    await target.rows(`
      select pg_terminate_backend(pid) from pg_locks
      where locktype = 'advisory' and (classid::bigint << 32) | objid::bigint in
        (select hashtextextended('target-postgres run ' || run_id, 0) from :meta.runs)`)
    input.write(toText([recordOf('t', { id: 3 }), stateOf(3)]))
    await whenLoaded(2)
    input.end()
    const { exitCode, states, stderr } = await ended
    assert.equal(exitCode, 0, stderr)
    assert.deepEqual(states, ['1', '3'])
  }),
)
