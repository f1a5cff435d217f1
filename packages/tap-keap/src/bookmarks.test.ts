import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ConfigError } from '@keap-postgres/protocol'
import { Bookmarks } from './bookmarks.js'

const runStart = Date.parse('2026-06-01T12:00:00Z')
const day = 86_400_000
const timing = { startMs: runStart, overlapMs: 600_000, scanEveryMs: 7 * day, refreshMs: day / 2 }
const whole = { isComplete: true, calls: 1 }
const lastRead = { at: '2026-06-01T12:00:00.000Z', calls: 1 }
const column = 'update_time'

test('a stream without a bookmark is read whole, and its bookmark becomes the start of the run', () => {
  const bookmarks = new Bookmarks({})
  const window = bookmarks.window(['contacts'], column, timing)
  assert.deepEqual(window, { sinceMs: undefined, untilMs: runStart, from: {} })
  bookmarks.windowRead(['contacts'], column, window, whole)
  assert.deepEqual(stateOf(bookmarks), {
    contacts: {
      replication_key: 'update_time',
      replication_key_value: '2026-06-01T12:00:00.000Z',
      scan: runStart,
      read: lastRead,
    },
  })
})

test('an incremental window begins at the bookmark less the overlap', () => {
  const bookmarks = new Bookmarks({ bookmarks: { contacts: bookmarkAt('2026-05-31T12:00:00Z') } })
  const window = bookmarks.window(['contacts'], column, timing)
  assert.equal(new Date(window.sinceMs ?? 0).toISOString(), '2026-05-31T11:50:00.000Z')
})

test('a bookmark about another column doesn’t count', () => {
  const bookmarks = new Bookmarks({ bookmarks: { contacts: bookmarkAt('2026-05-31T12:00:00Z') } })
  assert.equal(bookmarks.window(['contacts'], 'create_time', timing).sinceMs, undefined)
})

test('streams read together begin at the oldest bookmark, and at the beginning when one has none', () => {
  const bookmarks = new Bookmarks({
    bookmarks: { orders: bookmarkAt('2026-05-31T12:00:00Z'), order_items: bookmarkAt('2026-05-01T12:00:00Z') },
  })
  const together = bookmarks.window(['orders', 'order_items'], column, { ...timing, overlapMs: 0 })
  assert.equal(new Date(together.sinceMs ?? 0).toISOString(), '2026-05-01T12:00:00.000Z')
  assert.equal(bookmarks.window(['orders', 'new'], column, { ...timing, overlapMs: 0 }).sinceMs, undefined)
})

test('a window that was left is gone on with, in its own bounds, by whoever reads the state', () => {
  const first = new Bookmarks({ bookmarks: { contacts: bookmarkAt('2026-05-31T12:00:00Z') } })
  const window = first.window(['contacts'], column, timing)
  first.pageRead(['contacts'], window, { after: '4711' })
  const later = new Bookmarks(JSON.parse(first.toText()))
  const resumed = later.window(['contacts'], column, { ...timing, startMs: runStart + 3_600_000 })
  assert.deepEqual(resumed, { ...window, from: { after: '4711' } })
  later.windowRead(['contacts'], column, resumed, whole)
  assert.deepEqual(stateOf(later), {
    contacts: {
      replication_key: 'update_time',
      replication_key_value: '2026-06-01T12:00:00.000Z',
      scan: runStart - day,
      read: lastRead,
    },
  })
})

test('streams that stopped at different places begin their window anew', () => {
  const resume = { until: '2026-06-01T12:00:00.000Z', after: '5' }
  const bookmarks = new Bookmarks({ bookmarks: { orders: { resume }, order_items: {} } })
  assert.deepEqual(bookmarks.window(['orders', 'order_items'], column, { ...timing, overlapMs: 0 }).from, {})
})

test('a full table leaves only its scan behind, and a position that can’t be gone on from isn’t kept', () => {
  const bookmarks = new Bookmarks({})
  const window = bookmarks.window(['tags'], undefined, timing)
  bookmarks.pageRead(['tags'], window, {})
  assert.deepEqual(stateOf(bookmarks), {})
  bookmarks.pageRead(['tags'], window, { after: '5' })
  bookmarks.windowRead(['tags'], undefined, window, whole)
  assert.deepEqual(stateOf(bookmarks), { tags: { scan: runStart, read: lastRead } })
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

test('a stream is scanned completely when its last scan is old enough, and never when nothing says how often', () => {
  const scan = runStart - 7 * day
  const bookmarks = new Bookmarks({ bookmarks: { contacts: { ...bookmarkAt('2026-05-31T12:00:00Z'), scan } } })
  assert.equal(bookmarks.window(['contacts'], column, timing).sinceMs, undefined)
  assert.ok(bookmarks.window(['contacts'], column, { ...timing, startMs: runStart - 1 }).sinceMs)
  assert.ok(bookmarks.window(['contacts'], column, { ...timing, scanEveryMs: undefined }).sinceMs)
})

test('records carry the version of their scan; between scans, that of the last complete one', () => {
  const bookmarks = new Bookmarks({})
  const scan = bookmarks.window(['contacts'], column, timing)
  assert.equal(bookmarks.versionOf('contacts', scan), runStart)
  bookmarks.windowRead(['contacts'], column, scan, whole)
  const later = bookmarks.window(['contacts'], column, { ...timing, startMs: runStart + day })
  assert.equal(bookmarks.versionOf('contacts', later), runStart)
})

test('only a complete scan counts as one', () => {
  const bookmarks = new Bookmarks({})
  const read = (startMs: number, isComplete: boolean) => {
    const window = bookmarks.window(['tags'], undefined, { ...timing, startMs })
    bookmarks.windowRead(['tags'], undefined, window, { isComplete, calls: 1 })
    return stateOf(bookmarks)
  }
  read(1, true)
  assert.deepEqual(read(2, false), { tags: { scan: 1, read: { at: new Date(2).toISOString(), calls: 1 } } })
  assert.deepEqual(read(3, true), { tags: { scan: 3, read: { at: new Date(3).toISOString(), calls: 1 } } })
})

test('what took more than two calls is left alone for a while; what took less, or was left before its end, is not', () => {
  const at = new Date(runStart - day / 4).toISOString()
  const bookmarks = new Bookmarks({
    bookmarks: {
      dear: { read: { at, calls: 3 } },
      cheap: { read: { at, calls: 2 } },
      left: { read: { at, calls: 3 }, resume: { until: at, after: '7' } },
      old: { read: { at: new Date(runStart - day / 2).toISOString(), calls: 3 } },
    },
  })
  assert.equal(bookmarks.freshUntil(['dear'], timing), runStart + day / 4)
  for (const due of ['cheap', 'left', 'old', 'new']) assert.equal(bookmarks.freshUntil([due], timing), undefined, due)
  assert.equal(bookmarks.freshUntil(['dear', 'new'], timing), undefined)
})

function bookmarkAt(value: string) {
  return { replication_key: column, replication_key_value: value, scan: runStart - day }
}

function stateOf(bookmarks: Bookmarks): unknown {
  return JSON.parse(bookmarks.toText()).bookmarks
}
