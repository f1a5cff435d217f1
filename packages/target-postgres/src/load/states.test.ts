import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { PassThrough, Readable } from 'node:stream'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { inScratch, recordOf, runTarget, schemaOf, stateOf, toText } from '../testing.js'

const id = { type: 'integer' }
const bin = new URL('../../bin/target-postgres.js', import.meta.url).pathname

test(
  'a state comes out exactly as it was sent, and is kept for the next run',
  inScratch(async (target) => {
    const state = '{"b":  1.10, "a":[12345678901234567890, "\\u00e9\\u0000"] }'
    const { states } = await target.load([
      schemaOf('t', { id }),
      recordOf('t', { id: 1 }),
      `{"type":"STATE","value":${state}}`,
    ])
    assert.deepEqual(states, [state])
    assert.deepEqual((await target.run(['state'])).states, [state])
  }),
)

test(
  'before the first load the state is {}, under whatever name',
  inScratch(async (target) => {
    assert.deepEqual((await target.run(['state'])).states, ['{}'])
    await target.load([stateOf({ x: 1 })], { state_id: 'mine' })
    assert.deepEqual((await target.run(['state'])).states, ['{}'])
    assert.deepEqual((await target.run(['state', '--state-id', 'mine'])).states, ['{"x":1}'])
  }),
)

test(
  'no state is made up when none was sent',
  inScratch(async (target) => {
    const { states } = await target.load([schemaOf('t', { id }), recordOf('t', { id: 1 })])
    assert.deepEqual(states, [])
  }),
)

test(
  'each batch gives out the last state read in it, in order',
  inScratch(async (target) => {
    const lines = [schemaOf('a', { id }), schemaOf('b', { id })]
    for (let n = 1; n <= 6; n++) lines.push(recordOf(n % 2 ? 'a' : 'b', { id: n }), stateOf({ n }))
    const { states } = await target.load(lines, { batch_size_rows: 2 })
    // A batch is full at its second record; the state behind it belongs to the next one.
    assert.deepEqual(states, ['{"n":1}', '{"n":3}', '{"n":5}', '{"n":6}'])
  }),
)

test(
  'rows and state of a slow tap do not wait for its next line',
  inScratch(async (target) => {
    const input = new PassThrough()
    const ended = runTarget([], { ...target.env, TARGET_POSTGRES_BATCH_WAIT_SECONDS: '0.1' }, input)
    input.write(toText([schemaOf('t', { id }), recordOf('t', { id: 1 }), stateOf(1)]))
    const deadline = Date.now() + 10_000
    while (Date.now() < deadline && (await target.run(['state'])).states[0] !== '1') await sleep(50)
    assert.deepEqual(await target.rows('select id::int from :s.t'), [{ id: 1 }])
    input.end(toText([recordOf('t', { id: 2 }), stateOf(2)]))
    assert.deepEqual((await ended).states, ['1', '2'])
  }),
)

test(
  'a signal commits what was read, gives out its state and ends well',
  inScratch(async (target) => {
    const input = new PassThrough()
    const stop = new AbortController()
    const ended = runTarget([], target.env, input, stop.signal)
    input.write(toText([schemaOf('t', { id }), recordOf('t', { id: 1 }), stateOf('half way')]))
    const isUnderWay = () =>
      target.rows(`select from :meta.runs where status = 'running'`).then(
        ({ length }) => length > 0,
        () => false,
      )
    while (!(await isUnderWay())) await sleep(20)
    await sleep(500)
    stop.abort()
    const { exitCode, states } = await ended
    assert.equal(exitCode, 0)
    assert.deepEqual(states, ['"half way"'])
    assert.deepEqual(await target.rows('select id::int from :s.t'), [{ id: 1 }])
  }),
)

test(
  'kill -9 loses nothing from before the last state given out',
  inScratch(async (target) => {
    const env = { ...process.env, ...target.env, TARGET_POSTGRES_BATCH_SIZE_ROWS: '100' }
    const child = spawn(process.execPath, [bin], { env, stdio: ['pipe', 'pipe', 'inherit'] })
    child.stdin.on('error', () => {})
    child.stdin.write(toText([schemaOf('t', { id })]))
    const states: number[] = []
    createInterface(child.stdout).on('line', (line) => states.push(Number(line)))
    for (let n = 1; states.length < 3; n++) {
      child.stdin.write(toText([recordOf('t', { id: n }), stateOf(n)]))
      if (n % 100 === 0) await sleep(20)
    }
    child.kill('SIGKILL')
    await once(child, 'close')
    const [row] = await target.rows<{ count: number; max: number }>('select count(*)::int, max(id)::int from :s.t')
    assert.ok(row && row.count === row.max && row.max >= (states.at(-1) ?? 0), JSON.stringify({ row, states }))
    assert.ok(Number((await target.run(['state'])).states[0]) >= (states.at(-1) ?? 0))
  }),
)

test(
  'a reader that goes away does not stop the load',
  inScratch(async (target) => {
    const env = { ...process.env, ...target.env, TARGET_POSTGRES_BATCH_SIZE_ROWS: '10' }
    const child = spawn(process.execPath, [bin], { env, stdio: ['pipe', 'pipe', 'pipe'] })
    child.stdout.destroy()
    let said = ''
    child.stderr.on('data', (chunk) => {
      said += chunk
    })
    const lines = Array.from({ length: 50 }, (_, n) => [recordOf('t', { id: n }), stateOf(n)]).flat()
    child.stdin.end(toText([schemaOf('t', { id }), ...lines]))
    const [code] = await once(child, 'close')
    assert.equal(code, 0, said)
    assert.deepEqual(await target.rows('select count(*)::int from :s.t'), [{ count: 50 }])
  }),
)

test(
  'an input that was cut off in the middle of a line: what came before is loaded, and the run says so',
  inScratch(async (target) => {
    const whole = toText([schemaOf('t', { id }), recordOf('t', { id: 1 }), stateOf(1)])
    const { exitCode, states, stderr } = await runTarget(
      [],
      target.env,
      Readable.from([Buffer.from(`${whole}{"type":"REC`)]),
    )
    assert.deepEqual([exitCode, states], [3, ['1']])
    assert.match(stderr, /The input ended in the middle of line 4/)
    const rows = await target.rows('select status, records::int, error from :meta.runs')
    assert.deepEqual([rows[0]?.status, rows[0]?.records], ['failed', 1])
    assert.match(String(rows[0]?.error), /cut off/)
  }),
)
