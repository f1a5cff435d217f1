import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ConfigError } from '@keap-postgres/protocol'
import { Bookmarks } from './bookmarks.js'

const runStart = Date.parse('2026-06-01T12:00:00Z')
const overlap = 600_000
const column = 'update_time'

test('a stream without a bookmark is read whole, and its bookmark becomes the start of the run', () => {
  const bookmarks = new Bookmarks({})
  const window = bookmarks.window(['contacts'], column, runStart, overlap)
  assert.deepEqual(window, { sinceMs: undefined, untilMs: runStart, from: {} })
  bookmarks.windowRead(['contacts'], column, window)
  assert.deepEqual(stateOf(bookmarks), {
    contacts: { replication_key: 'update_time', replication_key_value: '2026-06-01T12:00:00.000Z' },
  })
})

test('an incremental window begins at the bookmark less the overlap', () => {
  const bookmarks = new Bookmarks({ bookmarks: { contacts: bookmarkAt('2026-05-31T12:00:00Z') } })
  const window = bookmarks.window(['contacts'], column, runStart, overlap)
  assert.equal(new Date(window.sinceMs ?? 0).toISOString(), '2026-05-31T11:50:00.000Z')
})

test('a bookmark about another column doesn’t count', () => {
  const bookmarks = new Bookmarks({ bookmarks: { contacts: bookmarkAt('2026-05-31T12:00:00Z') } })
  assert.equal(bookmarks.window(['contacts'], 'create_time', runStart, overlap).sinceMs, undefined)
})

test('streams read together begin at the oldest bookmark, and at the beginning when one has none', () => {
  const bookmarks = new Bookmarks({
    bookmarks: { orders: bookmarkAt('2026-05-31T12:00:00Z'), order_items: bookmarkAt('2026-05-01T12:00:00Z') },
  })
  const together = bookmarks.window(['orders', 'order_items'], column, runStart, 0)
  assert.equal(new Date(together.sinceMs ?? 0).toISOString(), '2026-05-01T12:00:00.000Z')
  assert.equal(bookmarks.window(['orders', 'new'], column, runStart, 0).sinceMs, undefined)
})

test('a window that was left is gone on with, in its own bounds, by whoever reads the state', () => {
  const first = new Bookmarks({ bookmarks: { contacts: bookmarkAt('2026-05-31T12:00:00Z') } })
  const window = first.window(['contacts'], column, runStart, overlap)
  first.pageRead(['contacts'], window, { after: '4711' })
  const later = new Bookmarks(JSON.parse(first.toText()))
  const resumed = later.window(['contacts'], column, runStart + 3_600_000, overlap)
  assert.deepEqual(resumed, { ...window, from: { after: '4711' } })
  later.windowRead(['contacts'], column, resumed)
  assert.deepEqual(stateOf(later), {
    contacts: { replication_key: 'update_time', replication_key_value: '2026-06-01T12:00:00.000Z' },
  })
})

test('streams that stopped at different places begin their window anew', () => {
  const resume = { until: '2026-06-01T12:00:00.000Z', after: '5' }
  const bookmarks = new Bookmarks({ bookmarks: { orders: { resume }, order_items: {} } })
  assert.deepEqual(bookmarks.window(['orders', 'order_items'], column, runStart, 0).from, {})
})

test('a full table leaves no bookmark behind, and a position that can’t be gone on from isn’t kept', () => {
  const bookmarks = new Bookmarks({})
  const window = bookmarks.window(['tags'], undefined, runStart, overlap)
  bookmarks.pageRead(['tags'], window, {})
  assert.deepEqual(stateOf(bookmarks), {})
  bookmarks.pageRead(['tags'], window, { after: '5' })
  bookmarks.windowRead(['tags'], undefined, window)
  assert.deepEqual(stateOf(bookmarks), {})
})

test('what the state holds beside this tap’s bookmarks is kept', () => {
  const state = { bookmarks: { someone_elses: { offset: 5 } }, currently_syncing: null }
  assert.deepEqual(JSON.parse(new Bookmarks(state).toText()), state)
})

for (const [what, state] of [
  ['a whole STATE message', { type: 'STATE', value: { bookmarks: {} } }],
  ['Meltano’s wrapping', { singer_state: { bookmarks: {} } }],
  ['a list of bookmarks', { bookmarks: [] }],
  ['a bookmark that is no time', { bookmarks: { contacts: bookmarkAt('yesterday') } }],
  ['a resume without its window', { bookmarks: { contacts: { resume: { after: '5' } } } }],
] as const) {
  test(`${what} is refused as a state`, () => {
    assert.throws(
      () => new Bookmarks(state),
      (error) => error instanceof ConfigError && /can't be used.*Wanted is/.test(error.message),
    )
  })
}

function bookmarkAt(value: string) {
  return { replication_key: column, replication_key_value: value }
}

function stateOf(bookmarks: Bookmarks): unknown {
  return JSON.parse(bookmarks.toText()).bookmarks
}
