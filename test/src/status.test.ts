import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createWorld, type World } from './keap-pipeline.js'
import { trueCount } from './truth.js'

async function load(world: World): Promise<void> {
  const { tap, target } = await world.pipeline()
  assert.deepEqual([tap.exitCode, target.exitCode], [0, 0], tap.stderr + target.stderr)
}

test('stream_status says of every stream how far it has come, and how many rows it has', async () => {
  await using world = await createWorld({ seed: 3, sizes: { contacts: 120 } })
  await load(world)
  await load(world)
  const { rows } = await world.client.query(`
    select stream, mode, replication_key, is_loaded, is_interrupted, rows::int, last_full_scan < last_success as scanned_before,
      next_full_scan - last_full_scan = interval '7 days' as in_a_week,
      last_success = (state -> 'bookmarks' -> stream -> 'read' ->> 'at')::timestamptz and lag = now() - last_success as is_stated
    from keap_meta.stream_status
    join keap_meta.bookmarks using (state_id)
  `)
  const statusOf = (name: string) => rows.find(({ stream }) => stream === name)
  const same = { is_loaded: true, is_interrupted: false, is_stated: true }
  assert.deepEqual(statusOf('contacts'), {
    stream: 'contacts',
    mode: 'changes',
    replication_key: 'update_time',
    rows: trueCount(world.keap.account, 'contacts'),
    scanned_before: true,
    in_a_week: true,
    ...same,
  })
  assert.deepEqual(statusOf('tags'), {
    stream: 'tags',
    mode: 'all',
    replication_key: null,
    rows: trueCount(world.keap.account, 'tags'),
    scanned_before: false,
    in_a_week: false,
    ...same,
  })
  assert.ok(rows.length > 70 && rows.every(({ is_loaded }) => is_loaded))
})

test('a stream that Keap doesn’t give, one that another tap states nothing of and one whose table is gone are told apart', async () => {
  await using world = await createWorld({ seed: 3, sizes: { contacts: 20 }, editions: { pipelines: false } })
  await load(world)
  await world.client.query(`
    drop table keap.notes;
    insert into keap_meta.runs (run_id, status, target_schema, state_id, versions)
      values ('00000000-0000-0000-0000-000000000001', 'succeeded', 'shop', 'shop', '{}');
    insert into keap_meta.bookmarks (state_id, state, target_schema, run_id)
      values ('shop', '{"bookmarks": {"sales": {"replication_key": "id", "replication_key_value": "4711"}}}', 'shop',
        '00000000-0000-0000-0000-000000000001');
    insert into keap_meta.batches (run_id, batch, stream, target_schema, target_table, records, bytes, inserted, updated, unchanged, deleted)
      select '00000000-0000-0000-0000-000000000001', 1, stream, 'shop', stream, 1, 1, 1, 0, 0, 0
      from unnest(array['sales', 'shops']) as stream
  `)
  const { rows } = await world.client.query(`
    select stream, mode, is_loaded, last_success is null as is_unknown, rows::int
    from keap_meta.stream_status
    where stream in ('deals', 'notes', 'sales', 'shops')
    order by stream
  `)
  assert.deepEqual(rows, [
    { stream: 'deals', mode: null, is_loaded: false, is_unknown: true, rows: 0 },
    { stream: 'notes', mode: 'changes', is_loaded: true, is_unknown: false, rows: null },
    { stream: 'sales', mode: 'changes', is_loaded: true, is_unknown: true, rows: null },
    { stream: 'shops', mode: null, is_loaded: true, is_unknown: true, rows: null },
  ])
})

test('run_summary has what each run loaded and what it asked for', async () => {
  await using world = await createWorld({ seed: 3, sizes: { contacts: 120 } })
  const { keap, client } = world
  const asked: number[] = []
  for (const _run of [1, 2]) {
    keap.requests.clear()
    await load(world)
    // All but the one that asks who we are.
    asked.push(keap.requests.count() - 1)
    keap.account.changeALittle(5)
  }
  const { rows } = await client.query(`
    select calls::int, pages::int, status, streams > 70 as has_streams, batches > 0 as has_batches, bytes_from_source > 1000 as has_bytes,
      duration > interval '0' as has_duration, records = inserted + updated + unchanged as adds_up, records > 0 as has_records, error
    from keap_meta.run_summary order by started_at
  `)
  const same = {
    status: 'succeeded',
    has_batches: true,
    has_bytes: true,
    has_duration: true,
    adds_up: true,
    error: null,
  }
  assert.deepEqual(
    rows,
    asked.map((calls, at) => ({
      calls,
      pages: calls,
      has_streams: at === 0 || rows[1].has_streams,
      has_records: true,
      ...same,
    })),
  )
})

test('api_usage counts the calls of each endpoint and day, retries and throttling included', async () => {
  await using world = await createWorld({ seed: 3, sizes: { contacts: 120 } })
  world.keap.faults.push({ kind: 'status', path: '/v2/companies', status: 500, times: 1 })
  // Each request meets one fault and counts for all that match it.
  world.keap.faults.push({ kind: 'status', path: '/v2/companies', status: 429, times: 2 })
  await load(world)
  const { rows } = await world.client.query(`
    select endpoint, account, day = (now() at time zone 'UTC')::date as is_today, pages::int, calls::int, retries::int, throttled::int,
      rows::int
    from keap_meta.api_usage
    where endpoint in ('/v2/companies', '/v2/tags/{id}/contacts', '/v2/affiliates/{id}:commissions')
    order by endpoint
  `)
  const count = (name: Parameters<typeof trueCount>[1]) => trueCount(world.keap.account, name)
  const same = { account: 'sb123', is_today: true }
  const usage = (endpoint: string, pages: number, retries: number, throttled: number, of: number) => ({
    endpoint,
    pages,
    calls: pages + retries,
    retries,
    throttled,
    rows: of,
    ...same,
  })
  assert.deepEqual(rows, [
    usage('/v2/affiliates/{id}:commissions', count('affiliates'), 0, 0, count('affiliate_commissions')),
    usage('/v2/companies', 1, 2, 1, count('companies')),
    usage('/v2/tags/{id}/contacts', count('tags'), 0, 0, count('contact_tags')),
  ])
})

test('each page keeps what Keap said is left of the day', async () => {
  await using world = await createWorld({ seed: 3, sizes: { contacts: 20 } })
  await load(world)
  const { rows } = await world.client.query(`
    select distinct quota_limit::int, quota_left between 1 and quota_limit as is_less, min(quota_left) over () < max(quota_left) over () as shrinks
    from keap_meta.pages
  `)
  assert.deepEqual(rows, [{ quota_limit: 150_000, is_less: true, shrinks: true }])
})
