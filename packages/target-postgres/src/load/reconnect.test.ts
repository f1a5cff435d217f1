import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect as connectTo, createServer, type Socket } from 'node:net'
import { PassThrough } from 'node:stream'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  type Ended,
  inScratch,
  type Line,
  recordOf,
  runTarget,
  type Scratch,
  schemaOf,
  stateOf,
  testDatabaseUrl,
  toText,
} from '../testing.js'

const id = { type: 'integer' }
const keyless = schemaOf('t', { id }, [])

/** A load of this process that goes on as it is sent lines. */
function startLoad(target: Scratch, settings: Readonly<Record<string, string>> = {}) {
  const input = new PassThrough()
  const url = new URL(testDatabaseUrl())
  url.searchParams.set('application_name', target.schema)
  const own = { TARGET_POSTGRES_DATABASE_URL: url.href, TARGET_POSTGRES_BATCH_WAIT_SECONDS: '0.05' }
  const env = { ...target.env, ...own, ...settings }
  const ended = runTarget([], env, input)
  return {
    send: (...lines: Line[]) => input.write(toText(lines)),
    end: (): Promise<Ended> => {
      input.end()
      return ended
    },
    ended,
  }
}

/** Resolves when so many records are committed. @throws when the load ends before */
async function whenLoaded(target: Scratch, load: { ended: Promise<Ended> }, records: number): Promise<void> {
  let ended: Ended | undefined
  load.ended.then((how) => {
    ended = how
  })
  for (;;) {
    const [row] = await target
      .rows<{ records: number }>('select coalesce(sum(records), 0)::int as records from :meta.runs')
      .catch(() => [])
    if ((row?.records ?? 0) >= records) return
    assert.equal(ended, undefined, 'the load goes on')
    await sleep(20)
  }
}

/** Closes every connection of a load that `startLoad` started. */
async function killConnections(target: Scratch): Promise<number> {
  const ours = `application_name = '${target.schema}'`
  return (await target.rows(`select pg_terminate_backend(pid) from pg_stat_activity where ${ours}`)).length
}

test(
  'connections that are closed between batches are made anew; nothing is lost or doubled, every state comes out in order',
  inScratch(async (target) => {
    const load = startLoad(target)
    load.send(keyless)
    for (let n = 1; n <= 4; n++) {
      load.send(recordOf('t', { id: n }), stateOf(n))
      await whenLoaded(target, load, n)
      assert.ok((await killConnections(target)) >= 3)
    }
    load.send(schemaOf('other', { id }), recordOf('other', { id: 1 }), stateOf('end'))
    const { exitCode, states, stderr } = await load.end()
    assert.equal(exitCode, 0, stderr)
    assert.deepEqual(states, ['1', '2', '3', '4', '"end"'])
    assert.deepEqual(await target.rows('select id::int from :s.t order by id'), [
      { id: 1 },
      { id: 2 },
      { id: 3 },
      { id: 4 },
    ])
    assert.deepEqual(await target.rows('select status, records::int, last_batch from :meta.runs'), [
      { status: 'succeeded', records: 5, last_batch: 5 },
    ])
  }),
)

test(
  'a connection that is lost in the middle of a batch costs nothing but the batch, which is loaded again',
  inScratch(async (target) => {
    await target.load([keyless])
    const load = startLoad(target, { TARGET_POSTGRES_BATCH_SIZE_ROWS: '2' })
    await target.rows('begin')
    await target.rows('lock table :meta.batches')
    load.send(keyless, ...[1, 2, 3, 4].flatMap((n) => [recordOf('t', { id: n }), stateOf(n)]))
    const waiting = `select pid from pg_locks where relation = ':meta.batches'::regclass and not granted`
    while ((await target.rows(waiting)).length === 0) await sleep(20)
    assert.equal((await target.rows(`select pg_terminate_backend(pid) from (${waiting}) as waiting`)).length, 1)
    await target.rows('commit')
    const { exitCode, states, stderr } = await load.end()
    assert.equal(exitCode, 0, stderr)
    assert.match(stderr, /Postgres was lost: .* Trying again, for up to 60 seconds/)
    assert.equal(states.at(-1), '4')
    assert.deepEqual(await target.rows('select id::int from :s.t order by id'), [
      { id: 1 },
      { id: 2 },
      { id: 3 },
      { id: 4 },
    ])
  }),
)

/** Passes bytes on to the test's Postgres, and loses the answer to the nth commit of a batch. */
async function losingCommits(nth: number) {
  const { hostname, port } = new URL(testDatabaseUrl())
  const sockets = new Set<Socket>()
  let commits = 0
  const server = createServer((client) => {
    const upstream = connectTo(Number(port), hostname)
    let isCut = false
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => other.destroy())
    }
    client.on('data', (bytes) => {
      if (bytes.toString('latin1').endsWith('commit\0')) {
        commits++
        isCut = commits === nth
      }
      upstream.write(bytes)
    })
    upstream.on('data', (bytes) => (isCut ? client.destroy() : client.write(bytes)))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const url = new URL(testDatabaseUrl())
  url.host = `127.0.0.1:${typeof address === 'object' ? address?.port : 0}`
  return {
    url: url.href,
    commits: () => commits,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy()
      server.close()
    },
  }
}

test(
  'when the answer to a commit is lost, what Postgres knows of it decides: rows without a key are not there twice',
  inScratch(async (target) => {
    await target.load([keyless])
    for (const nth of [1, 2, 3]) {
      await using proxy = await losingCommits(nth)
      const records = Array.from({ length: 6 }, (_, n) => [
        recordOf('t', { id: 10 * nth + n }),
        stateOf([nth, n]),
      ]).flat()
      const { exitCode, states, stderr } = await target.load([keyless, ...records], {
        database_url: proxy.url,
        batch_size_rows: 2,
      })
      assert.equal(exitCode, 0, stderr)
      assert.match(stderr, /Trying again/)
      assert.equal(states.at(-1), `[${nth},5]`)
      assert.equal(new Set(states).size, states.length)
    }
    const [row] = await target.rows('select count(*)::int, count(distinct id)::int as ids from :s.t')
    assert.deepEqual(row, { count: 18, ids: 18 })
    assert.deepEqual(
      await target.rows('select distinct records::int, inserted::int from :meta.runs where records > 0'),
      [{ records: 6, inserted: 6 }],
    )
  }),
)

const givingWay: [title: string, code: string][] = [
  ['a deadlock', 'deadlock_detected'],
  ['a serialization failure', 'serialization_failure'],
  ['a lock timeout', 'lock_not_available'],
]

for (const [title, code] of givingWay) {
  test(
    `${title} makes the batch go again`,
    inScratch(async (target) => {
      await target.load([schemaOf('t', { id })])
      // A sequence goes on even where its transaction is rolled back.
      await target.rows(`
        create sequence :s.times;
        create function :s.twice() returns trigger language plpgsql as $$ begin
          if nextval(':s.times') <= 2 then raise 'in the way' using errcode = '${code}'; end if;
          return new;
        end $$`)
      await target.rows('create trigger twice before insert on :s.t for each row execute function :s.twice()')
      const { exitCode, states, stderr } = await target.load([
        schemaOf('t', { id }),
        recordOf('t', { id: 1 }),
        stateOf(1),
      ])
      assert.equal(exitCode, 0, stderr)
      assert.match(stderr, /Postgres gave a batch up: in the way\. Trying again/)
      assert.deepEqual(states, ['1'])
      assert.deepEqual(await target.rows('select id::int from :s.t'), [{ id: 1 }])
    }),
  )
  test(
    `${title} that does not pass ends the load after reconnect_seconds, and says so`,
    inScratch(async (target) => {
      await target.load([schemaOf('t', { id })])
      await target.rows(`
        create function :s.always() returns trigger language plpgsql as
          $$ begin raise 'in the way' using errcode = '${code}'; end $$;
        create trigger always before insert on :s.t for each row execute function :s.always()`)
      const { exitCode, states, stderr } = await target.load(
        [schemaOf('t', { id }), recordOf('t', { id: 1 }), stateOf(1)],
        { reconnect_seconds: 0.3 },
      )
      assert.equal(exitCode, 3)
      assert.match(stderr, /Others were in the way while writing records of t: in the way\. The batch was rolled back/)
      assert.deepEqual(states, [])
    }),
  )
}

test(
  'a statement that is cancelled is not repeated: the load ends with what to do',
  inScratch(async (target) => {
    await target.load([schemaOf('t', { id })])
    await target.rows('begin')
    await target.rows('lock table :s.t in exclusive mode')
    const load = startLoad(target)
    load.send(schemaOf('t', { id }), recordOf('t', { id: 1 }), stateOf(1))
    const waiting = `select pid from pg_locks where relation = ':s.t'::regclass and not granted`
    while ((await target.rows(waiting)).length === 0) await sleep(20)
    await target.rows(`select pg_cancel_backend(pid) from (${waiting}) as waiting`)
    await target.rows('commit')
    const { exitCode, stderr } = await load.end()
    assert.equal(exitCode, 2)
    assert.match(stderr, /Postgres broke off .*: canceling statement .* It would do so again: raise the limit/)
  }),
)

test(
  'what Postgres has lost of what it had committed is noticed, and not loaded over',
  inScratch(async (target) => {
    const load = startLoad(target)
    load.send(keyless)
    for (let n = 1; n <= 3; n++) {
      load.send(recordOf('t', { id: n }), stateOf(n))
      await whenLoaded(target, load, n)
    }
    await target.rows('update :meta.runs set last_batch = 1')
    await killConnections(target)
    load.send(recordOf('t', { id: 4 }), stateOf(4))
    const { exitCode, stderr } = await load.end()
    assert.equal(exitCode, 3)
    assert.match(stderr, /came back without what it had committed: 3 batches, of which it knows 1/)
  }),
)

test(
  'with reconnect_seconds 0 a lost connection ends the load, and the run can be repeated',
  inScratch(async (target) => {
    const load = startLoad(target, { TARGET_POSTGRES_RECONNECT_SECONDS: '0' })
    load.send(keyless, recordOf('t', { id: 1 }), stateOf(1))
    await whenLoaded(target, load, 1)
    await killConnections(target)
    load.send(recordOf('t', { id: 2 }), stateOf(2))
    const { exitCode, states, stderr } = await load.end()
    assert.ok([2, 3].includes(exitCode), stderr)
    assert.match(stderr, /lost.* Run again/)
    assert.deepEqual(states, ['1'])
    assert.equal((await target.load([keyless, recordOf('t', { id: 2 }), stateOf(2)])).exitCode, 0)
  }),
)

test(
  'records that were put aside are there once, however often their batch is sent',
  inScratch(async (target) => {
    const load = startLoad(target, { TARGET_POSTGRES_ON_INVALID_RECORD: 'quarantine' })
    load.send(schemaOf('t', { id, n: id }))
    for (let n = 1; n <= 3; n++) {
      load.send(recordOf('t', { id: n }), recordOf('t', { id: n, n: 'x' }), stateOf(n))
      await whenLoaded(target, load, n)
      await killConnections(target)
    }
    const { exitCode, states, stderr } = await load.end()
    assert.equal(exitCode, 0, stderr)
    assert.deepEqual(states, ['1', '2', '3'])
    assert.deepEqual(await target.rows('select line::int, times::int from :meta.rejects order by line'), [
      { line: 3, times: 1 },
      { line: 6, times: 1 },
      { line: 9, times: 1 },
    ])
    assert.deepEqual(await target.rows('select rejected::int from :meta.runs'), [{ rejected: 3 }])
  }),
)

test(
  'with overwrite, too, connections may be lost: the whole input replaces what was there',
  inScratch(async (target) => {
    const settings = { TARGET_POSTGRES_LOAD_METHOD: 'overwrite' }
    await target.load([schemaOf('t', { id }), recordOf('t', { id: 9 })])
    const load = startLoad(target, settings)
    load.send(schemaOf('t', { id }))
    for (let n = 1; n <= 3; n++) {
      load.send(recordOf('t', { id: n }))
      await whenLoaded(target, load, n + 1)
      await killConnections(target)
    }
    load.send(stateOf('end'))
    const { exitCode, states, stderr } = await load.end()
    assert.equal(exitCode, 0, stderr)
    assert.deepEqual(states, ['"end"'])
    assert.deepEqual(await target.rows('select id::int from :s.t order by id'), [{ id: 1 }, { id: 2 }, { id: 3 }])
  }),
)
