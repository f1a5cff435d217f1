import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RequestError } from '../keap/errors.js'
import { keyset, offset, type Stream, sorted, token } from '../stream.js'
import { walkKeyset } from './keyset.js'
import type { List, Step } from './list.js'
import { walkOffset } from './offset.js'
import { walkSorted } from './sorted.js'
import { walkToken } from './token.js'
import { walk } from './walk.js'

type Query = Parameters<List['fetch']>[0]

test('keyset asks for ids behind the last one, within the window, and goes on behind any record', async () => {
  const { list, asked } = answering([page([3, 5], 'more'), page([9], undefined)], ['since==x'])
  const steps = await collect(walkKeyset(list, keyset('contact_id'), { after: '2' }))
  assert.deepEqual(
    asked.map(({ filter, order_by, page_token }) => [filter, order_by, page_token]),
    [
      ['since==x;contact_id>2', 'id asc', undefined],
      ['since==x;contact_id>5', 'id asc', undefined],
    ],
  )
  assert.deepEqual(
    steps.map(({ position }) => position.after),
    ['5', '9'],
  )
})

test('keyset needs no extra call when the last page is full, and no filter in a first page', async () => {
  const { list, asked } = answering([page([1, 2], undefined)])
  await collect(walkKeyset(list, keyset('id'), {}))
  assert.deepEqual([asked.length, asked[0]?.filter], [1, undefined])
})

test('keyset follows the token behind an empty page, where no id leads on, and back to ids behind the next record', async () => {
  const { list, asked } = answering([page([], 'a'), page([], 'b'), page([7], 'c'), page([8], undefined)])
  const steps = await collect(walkKeyset(list, keyset('id'), { after: '2' }))
  assert.deepEqual(
    asked.map(({ filter, page_token }) => [filter, page_token]),
    [
      ['id>2', undefined],
      ['id>2', 'a'],
      ['id>2', 'b'],
      ['id>7', undefined],
    ],
  )
  assert.equal(steps.flatMap(({ items }) => items).length, 2)
  const lost = answering([page([], 'a'), page([], 'a')])
  await assert.rejects(collect(walkKeyset(lost.list, keyset('id'), {})), /came twice/)
})

test('the same page twice in a row stops any walk: where it is isn’t heeded', async () => {
  const stuck = () => answering([page([1, 2], 'a'), page([1, 2], 'b'), page([1, 2], 'c')]).list
  const window = { sinceMs: undefined, untilMs: 0, from: {} }
  for (const scan of [token('name'), offset(), sorted('update_time', '/time')]) {
    const stream: Stream = { api: 'v2', path: '/x', records: 'x', key: ['id'], scan }
    await assert.rejects(collect(walk(stuck(), stream, window)), /same page came twice in a row/, scan.kind)
  }
})

test('keyset stops the stream when ids don’t rise, for then rows could be missed', async () => {
  for (const pages of [[page([2, 1], undefined)], [page([1, 2], 'more'), page([2], undefined)]]) {
    await assert.rejects(collect(walkKeyset(answering(pages).list, keyset('id'), {})), /ids must rise/)
  }
})

test('keyset compares ids as numbers beyond 2^53', async () => {
  const pages = [page(['9007199254740993', '9007199254740994', '10000000000000000000'], undefined)]
  const steps = await collect(walkKeyset(answering(pages).list, keyset('id'), {}))
  assert.equal(steps[0]?.position.after, '10000000000000000000')
})

test('token follows the tokens to the page that has none, through pages that are empty', async () => {
  const { list, asked } = answering([page([1], 'a'), page([], 'b'), page([2], undefined)])
  const steps = await collect(walkToken(list, { paged: true, order: 'name asc' }))
  assert.deepEqual(
    asked.map(({ page_token }) => page_token),
    [undefined, 'a', 'b'],
  )
  assert.deepEqual(steps.flatMap(({ items }) => items).length, 2)
})

test('token goes on behind the page of a former run', async () => {
  const { list, asked } = answering([page([2], 'b'), page([3], undefined)])
  const steps = await collect(walkToken(list, { paged: true }, { token: 'a' }))
  assert.deepEqual(
    asked.map(({ page_token }) => page_token),
    ['a', 'b'],
  )
  assert.deepEqual(
    steps.map(({ position }) => position),
    [{ token: 'b' }, { token: undefined }],
  )
})

test('a token that comes twice stops the stream instead of never ending', async () => {
  const { list } = answering([page([1], 'a'), page([2], 'b'), page([1], 'a')])
  await assert.rejects(
    collect(walkToken(list, { paged: true })),
    (error) => error instanceof RequestError && /came twice/.test(error.message),
  )
})

test('a list that Keap doesn’t page is asked once, without paging parameters', async () => {
  const { list, asked } = answering([page([1], 'stray')])
  await collect(walkToken(list, { paged: false }))
  assert.deepEqual(asked, [{ filter: undefined, order_by: undefined, page_size: undefined, page_token: undefined }])
})

test('sorted stops at the first record that changed before the window, and reads to the end without one', async () => {
  const pages = () => [
    timed(['2026-01-05', '2026-01-04'], 'a'),
    timed(['2026-01-03', '2026-01-01'], 'b'),
    timed(['2025-12-01'], undefined),
  ]
  const changes = answering(pages())
  const steps = await collect(walkSorted(changes.list, sorted('update_time', '/time'), Date.parse('2026-01-02')))
  assert.equal(steps.flatMap(({ items }) => items).length, 3)
  assert.deepEqual([changes.asked.length, changes.asked[0]?.order_by], [2, 'update_time desc'])

  const all = await collect(walkSorted(answering(pages()).list, sorted('update_time', '/time'), undefined))
  assert.equal(all.flatMap(({ items }) => items).length, 5)
})

test('sorted keeps a record without a readable time and goes on below it', async () => {
  const { list } = answering([{ items: ['{"id":1}', '{"time":"x"}', '{"time":"2026-01-05"}'], nextToken: undefined }])
  const steps = await collect(walkSorted(list, sorted('update_time', '/time'), Date.parse('2026-01-02')))
  assert.equal(steps[0]?.items.length, 3)
})

test('offset goes on past short pages until one is empty', async () => {
  const { list, asked } = answering([page([1, 2], 'ignored'), page([3], undefined), page([], undefined)])
  const steps = await collect(walkOffset(list, offset('id'), { offset: 10 }))
  assert.deepEqual(
    asked.map((query) => query.offset),
    [10, 12, 13],
  )
  assert.deepEqual([asked[0]?.order, asked[0]?.order_direction], ['id', 'ASCENDING'])
  assert.deepEqual(
    steps.map(({ position }) => position.offset),
    [12, 13, 13],
  )
})

test('offset asks for no order where Keap takes none', async () => {
  const { list, asked } = answering([page([], undefined)])
  await collect(walkOffset(list, offset(), {}))
  assert.deepEqual([asked[0]?.order, asked[0]?.order_direction], [undefined, undefined])
})

/** A list that answers with these pages, one after the other. */
function answering(pages: { items: string[]; nextToken: string | undefined }[], filter: string[] = []) {
  const asked: Query[] = []
  const answer = { bytes: 0, dateMs: undefined, tenant: undefined, headers: {}, attempts: 1, throttled: 0, ms: 0 }
  const list: List = {
    filter,
    pageSize: 2,
    async fetch(query) {
      const next = pages[asked.length]
      asked.push(query)
      assert.ok(next, 'a page too many was asked for')
      return { ...next, total: undefined, path: '/x', query: '', requestedMs: 0, answer }
    },
  }
  return { list, asked }
}

function page(ids: (number | string)[], nextToken: string | undefined) {
  return { items: ids.map((id) => JSON.stringify({ id: String(id) })), nextToken }
}

function timed(times: string[], nextToken: string | undefined) {
  return { items: times.map((time) => JSON.stringify({ time })), nextToken }
}

async function collect(steps: AsyncGenerator<Step>): Promise<Step[]> {
  const all: Step[] = []
  for await (const step of steps) all.push(step)
  return all
}
