import assert from 'node:assert/strict'
import { test } from 'node:test'
import { streams } from '../streams.js'
import { about, exactly } from './amount.js'
import { planFanOut } from './fan-out.js'
import { tally } from './tally.js'

const items = (count: number) => Array.from({ length: count }, (_, index) => `{"id":"${index}"}`)

test('what has a call for each of its rows costs as many as there are parents', () => {
  const plan = planFanOut(streams.contact_lead_scores, about(4000), { items: items(1), more: false })
  assert.deepEqual(plan, { rows: about(4000), calls: about(4000) })
})

test('lists that may be longer than a page are at least a call each, and more when the first one is', () => {
  const first = { items: items(3), more: false }
  const plan = planFanOut(streams.lead_source_expenses, exactly(8), first)
  assert.deepEqual(plan, { rows: { value: 3, certainty: 'at least' }, calls: { value: 8, certainty: 'at least' } })
  const longer = planFanOut(streams.lead_source_expenses, exactly(8), { items: items(1000), more: true })
  assert.equal(longer.calls.value, 9)
  assert.deepEqual(planFanOut(streams.lead_source_expenses, exactly(1), first).calls, exactly(1))
})

test('a sample of the contacts tells which tags have more than a page of them', () => {
  // Of 100 contacts every one carries tag 1, and ten carry tag 2.
  const sample = Array.from({ length: 100 }, (_, at) => `{"tag_ids":["1"${at < 10 ? ',"2"' : ''}]}`)
  const traces = { of: 'contacts', tally: tally(sample, '/tag_ids'), sampled: 100, records: about(25_000) }
  const plan = planFanOut(streams.contact_tags, exactly(40), { items: items(7), more: false }, traces)
  assert.deepEqual(plan.rows, about(27_500))
  // 25 pages and 3, where one each is counted for every tag.
  assert.deepEqual(plan.calls, about(40 + 24 + 2))
})

test('where all contacts fit on a page, no tag has more', () => {
  const traces = { of: 'contacts', tally: tally(['{"tag_ids":["1"]}'], '/tag_ids'), sampled: 1, records: exactly(900) }
  assert.deepEqual(planFanOut(streams.contact_tags, exactly(40), undefined, traces).calls, exactly(40))
})

test('no parents, no calls', () => {
  assert.deepEqual(planFanOut(streams.contact_tags, exactly(0), undefined), { rows: exactly(0), calls: exactly(0) })
})

test('traces are entries of a list, or of a text with commas', () => {
  const sample = ['{"groups":"12,15"}', '{"groups":""}', '{"groups":null}', '{"groups":"15"}']
  assert.deepEqual(tally(sample, '/groups'), {
    entries: 3,
    counts: new Map([
      ['12', 1],
      ['15', 2],
    ]),
  })
})
