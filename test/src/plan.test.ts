import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { type TestContext, test } from 'node:test'
import { type Fault, type KeapHandle, runPipeline, type Sizes } from '@keap-postgres/sandbox'
import { PAGE_LOG, streamNames } from 'tap-keap'
import { createWorld, type World } from './keap-pipeline.js'

type Amount = { value: number; certainty: 'exact' | 'estimated' | 'at least' }
type PlannedStream = { stream: string; since?: string; rows: Amount; calls: Amount; trouble?: { kind: string } }
type Plan = { streams: PlannedStream[]; rows: Amount; calls: Amount; planning_calls: number }

/** How far a plan may be from the run that follows, as a share of the run's calls. */
const TOLERANCE = 0.02

type Shape = {
  name: string
  sizes: Partial<Sizes>
  env: Record<string, string>
  faults?: Fault[]
  prepare?: (keap: KeapHandle) => void
}

const shapes: Shape[] = [
  {
    name: 'a small account, with every stream there is and its files',
    sizes: { contacts: 300, tags: 20 },
    env: { TAP_KEAP_STREAMS: '*', TAP_KEAP_DOWNLOAD_FILES: 'true' },
  },
  {
    name: 'a large account, with what is read by default',
    sizes: { contacts: 5200, tags: 80, products: 1100 },
    env: {},
  },
  {
    name: 'a large account, with what costs a call for each row, and parents that are only listed',
    sizes: { contacts: 1600, tags: 4, files: 1300, orders: 1100, deals: 20 },
    env: {
      TAP_KEAP_STREAMS: 'contact_tags,contact_lead_scores,order_payments,deal_notes,email_addresses',
      TAP_KEAP_DOWNLOAD_FILES: 'true',
    },
  },
  {
    name: 'an account whose newer contacts carry the tags, whose old notes were mostly deleted, and where v1 doesn’t count them',
    sizes: { contacts: 3000, tags: 25, notes: 20_000 },
    env: { TAP_KEAP_STREAMS: 'tags,contacts,contact_tags,notes,payments,transactions' },
    faults: [{ kind: 'status', path: '/v1/notes', nth: 'every', status: 403 }],
    prepare: makeUneven,
  },
]

for (const { name, sizes, env, faults = [], prepare } of shapes) {
  test(`a plan’s calls are those of the run, within 2 %: ${name}`, async (t) => {
    await using world = await createWorld({ sizes, faults })
    Object.assign(world.env, env)
    prepare?.(world.keap)
    const plan = await planOf(world)
    const made = await callsOfRun(world)
    assertClose(plan.calls.value, made, t)
    assert.ok(plan.planning_calls < made, `planning took ${plan.planning_calls} calls, the run ${made}`)
  })
}

test('a plan’s calls are those of the run, within 2 %: what changed in two days, much of it', async (t) => {
  let clock = Date.now()
  await using world = await createWorld({ sizes: { contacts: 6000, companies: 4000, tags: 60 }, now: () => clock })
  await keepState(world)
  const { mutate, truth } = world.keap.account
  const resources = ['contacts', 'companies', 'orders', 'tasks', 'notes']
  const ids = new Map(resources.map((resource) => [resource, [...truth(resource)].map(({ id }) => id)]))
  for (let at = 0; at < 2400; at++) {
    clock += 72_000
    for (const [resource, all] of ids) mutate.update(resource, all[(at * 7919) % all.length] ?? '', {})
  }
  const plan = await planOf(world, ['--state', 'state.json'])
  const contacts = plan.streams.find(({ stream }) => stream === 'contacts')
  assert.ok(contacts?.since)
  assert.ok(contacts.rows.value > 1000)
  assertClose(plan.calls.value, await callsOfRun(world, ['--state', 'state.json']), t)
})

test('the plan of a run that goes on counts what is left', async () => {
  await using world = await createWorld({ sizes: { contacts: 5400, notes: 10, tags: 40 } })
  world.env.TAP_KEAP_STREAMS = 'contacts,contact_tags,appointments'
  const bookmarks = {
    contacts: { resume: { until: new Date().toISOString(), after: '2100' } },
    contact_tags: { resume: { until: new Date().toISOString(), list: '31', done: true } },
  }
  await writeFile(path.join(world.cwd, 'state.json'), JSON.stringify({ bookmarks }))
  const plan = await planOf(world, ['--state', 'state.json'])
  assert.equal(plan.calls.value, await callsOfRun(world, ['--state', 'state.json']))
})

test('streams that were read lately are left alone by the plan as by the run', async () => {
  await using world = await createWorld({ sizes: { contacts: 3200, tags: 12 } })
  delete world.env.TAP_KEAP_REFRESH_HOURS
  await keepState(world)
  const plan = await planOf(world, ['--state', 'state.json'])
  const alone = plan.streams.filter(({ trouble }) => trouble?.kind === 'fresh').map(({ stream }) => stream)
  assert.ok(alone.includes('contact_tags') && alone.includes('email_addresses'), alone.join())
  assert.ok(!alone.includes('contacts'))
  assert.equal(plan.calls.value, await callsOfRun(world, ['--state', 'state.json']))
  assert.ok(plan.planning_calls <= plan.calls.value, `planning took ${plan.planning_calls} calls`)
})

test('a dry run writes the first page of each list, brings no file, moves no bookmark, and asks nothing twice', async () => {
  await using world = await createWorld({ sizes: { contacts: 1500, tags: 3 } })
  world.env.TAP_KEAP_STREAMS = '*'
  world.env.TAP_KEAP_DOWNLOAD_FILES = 'true'
  const { exitCode, stdout, stderr } = await world.tap(['--dry-run'])
  assert.equal(exitCode, 0, stderr)
  const lines = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { type: string; stream: string })
  assert.deepEqual([...new Set(lines.map(({ type }) => type))].sort(), ['RECORD', 'SCHEMA'])
  const announced = lines.filter(({ type }) => type === 'SCHEMA').map(({ stream }) => stream)
  assert.deepEqual(announced.sort(), [...streamNames].sort())
  const records = (name: string) => lines.filter(({ type, stream }) => type === 'RECORD' && stream === name).length
  assert.deepEqual(['contacts', 'tags', 'file_data'].map(records), [1000, 3, 0])
  const asked = world.keap.requests.entries.map((request) => `${request.path}?${request.query}`)
  assert.deepEqual(asked.toSorted(), [...new Set(asked)].sort())
  assert.ok(!asked.some((request) => request.includes(':data') && request.includes('/files/')))
})

test('a target takes a dry run’s lines as any others, and keeps no state', async () => {
  await using world = await createWorld({ sizes: { contacts: 200, tags: 3 } })
  const { tap, target } = await world.pipeline(['--dry-run'])
  assert.deepEqual([tap.exitCode, target.exitCode], [0, 0], tap.stderr + target.stderr)
  assert.equal((await world.target(['state'])).stdout, '{}\n')
})

test('a target’s dry run of a whole account counts what the load that follows counts, and keeps nothing', async () => {
  await using world = await createWorld({ sizes: { contacts: 1200, tags: 3 } })
  const { client, cwd, env } = world
  const { tap, target } = await runPipeline({ targetArgs: ['--dry-run'], env, cwd })
  assert.deepEqual([tap.exitCode, target.exitCode, target.stdout], [0, 0, ''], target.stderr)
  const left = await client.query(`select nspname from pg_namespace where nspname like 'keap%'`)
  assert.deepEqual(left.rows, [])
  const counts = target.stderr
    .split('\n')
    .filter((line) => line.includes('"unchanged":'))
    .map((line) => JSON.parse(line) as { stream: string; records: number; inserted: number })
    .filter(({ stream }) => stream !== PAGE_LOG)
    .map(({ stream, records, inserted }) => ({ stream, records, inserted }))
  await world.pipeline()
  const { rows } = await client.query(
    `
    select stream, sum(records)::int as records, sum(inserted)::int as inserted
    from keap_meta.batches
    where stream <> $1
    group by stream
    order by stream
    `,
    [PAGE_LOG],
  )
  assert.deepEqual(
    counts.toSorted((a, b) => (a.stream < b.stream ? -1 : 1)),
    rows,
  )
})

test('an account that lacks a part of Keap is planned as it is read', async () => {
  await using world = await createWorld({ sizes: { contacts: 60 }, editions: { pipelines: false, ecommerce: false } })
  world.env.TAP_KEAP_STREAMS = '*'
  const plan = await planOf(world)
  assert.equal(plan.calls.value, await callsOfRun(world))
})

test('the lists of contacts’ files are planned where the list of all files leaves them out', async () => {
  await using world = await createWorld({ sizes: { contacts: 60 }, editions: { contactFiles: false } })
  world.env.TAP_KEAP_STREAMS = 'files'
  const plan = await planOf(world)
  assert.ok(plan.calls.value > 60)
  assert.equal(plan.calls.value, await callsOfRun(world))
})

test('what an account lacks is planned as one call, and what can’t be read is said and ends the dry run with 3', async () => {
  const refused = { kind: 'status', path: '/v2/notes', nth: 'every', status: 403 } as const
  await using world = await createWorld({ sizes: { contacts: 50 }, editions: { pipelines: false }, faults: [refused] })
  const { exitCode, stderr } = await world.tap(['--dry-run'])
  assert.equal(exitCode, 3, stderr)
  const plan = planIn(stderr)
  const trouble = (name: string) => plan.streams.find(({ stream }) => stream === name)
  assert.deepEqual([trouble('deals')?.trouble?.kind, trouble('deals')?.calls.value], ['skipped', 1])
  assert.equal(trouble('notes')?.trouble?.kind, 'failed')
  assert.equal(trouble('contacts')?.trouble, undefined)
})

function assertClose(planned: number, made: number, test: TestContext): void {
  test.diagnostic(`${planned} calls planned, ${made} made`)
  assert.ok(Math.abs(planned / made - 1) <= TOLERANCE, `${planned} calls were planned, ${made} were made`)
}

async function planOf(world: World, args: readonly string[] = []): Promise<Plan> {
  world.keap.requests.clear()
  const { exitCode, stderr } = await world.tap(['--dry-run', ...args])
  assert.equal(exitCode, 0, stderr)
  const plan = planIn(stderr)
  assert.equal(plan.planning_calls, world.keap.requests.count())
  return plan
}

function planIn(stderr: string): Plan {
  const line = stderr.split('\n').find((text) => text.includes('"plan":'))
  return JSON.parse(line ?? '{}').plan
}

async function callsOfRun(world: World, args: readonly string[] = []): Promise<number> {
  world.keap.requests.clear()
  const { exitCode, stderr } = await world.tap(args)
  assert.equal(exitCode, 0, stderr)
  return world.keap.requests.count()
}

/** Runs the tap, and keeps the state that it ends with. */
async function keepState(world: World): Promise<void> {
  const { stdout } = await world.tap()
  const last = stdout.split('\n').findLast((line) => line.startsWith('{"type":"STATE"')) ?? ''
  await writeFile(path.join(world.cwd, 'state.json'), JSON.stringify(JSON.parse(last).value))
}

/** Of the older half of the notes one in ten is left, and the newer half of the contacts carries every tag. */
function makeUneven({ account }: KeapHandle): void {
  const notes = [...account.truth('notes')].map(({ id }) => id)
  for (const [at, id] of notes.slice(0, notes.length / 2).entries()) {
    if (at % 10 > 0) account.mutate.remove('notes', id)
  }
  const tags = [...account.truth('tags')].map(({ id }) => id)
  const contacts = [...account.truth('contacts')].map(({ id }) => id)
  for (const contact of contacts.slice(contacts.length / 2)) {
    for (const tag of tags) account.mutate.applyTag(contact, tag)
  }
}
