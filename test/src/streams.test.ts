import assert from 'node:assert/strict'
import { test } from 'node:test'
import { factsFor, type PathFacts, pathFacts } from '@keap-postgres/sandbox'
import {
  columnsOf,
  discover,
  PAGE_LOG,
  type Stream,
  type StreamName,
  schemaNames,
  streamNames,
  streams,
} from 'tap-keap'

/** The paths of Keap that a stream asks for. */
function pathsOf({ path, each }: Stream): string[] {
  return each ? each.values.map((value) => path.replace(`{${each.param}}`, value)) : [path]
}

for (const name of streamNames) {
  const stream: Stream = streams[name]

  test(`${name}: path, records and page size are Keap's`, () => {
    for (const path of pathsOf(stream)) {
      const facts = pathFacts(path)
      assert.equal(facts.records, stream.records, `what holds the items at ${path}`)
      const paged = stream.scan.kind !== 'token' || stream.scan.paged
      assert.equal(paged, facts.paged ?? false, `${path} is paged`)
      if (paged) assert.equal(stream.pageSize ?? 1000, facts.pageSize, `the most that ${path} gives at once`)
    }
  })

  test(`${name}: every filter, order and field it sends exists in Keap's API`, () => {
    for (const path of pathsOf(stream)) {
      const facts = pathFacts(path)
      for (const [field, operator] of conditions(stream)) {
        assert.ok(operators(facts, field).includes(operator), `${path} takes no filter ${field}${operator}`)
      }
      for (const order of orders(stream)) assert.ok(facts.orderBy?.includes(order), `${path} has no order by ${order}`)
      for (const field of stream.fields ?? []) assert.ok(facts.fields?.includes(field), `${path} has no field ${field}`)
    }
  })

  test(`${name}: all that Keap gives only on request is requested, but for what needs an old edition`, () => {
    const legacy = ['monthly_revenue', 'order_revenue', 'objection', 'status', 'stage_entrance_time']
    for (const path of pathsOf(stream)) {
      const left = pathFacts(path).fields?.filter((field) => !stream.fields?.includes(field)) ?? []
      assert.deepEqual(left, name === 'opportunities' ? legacy : [])
    }
  })

  test(`${name}: every column comes from a place in Keap's payload`, () => {
    for (const { name: column, from } of columnsOf(name).columns) {
      if (from === '') continue
      if (from.startsWith('@')) assert.ok(bound(stream).includes(from.slice(1)), `${column} from ${from}`)
      else
        assert.ok(
          pathsOf(stream).some((path) => hasPlace(path, itemOf(stream, path), from)),
          `${column} from ${from}`,
        )
    }
  })

  test(`${name}: its key and cursor are columns, and its parent stands before it`, () => {
    const columns = columnsOf(name).columns.map((column) => column.name)
    for (const key of stream.key) assert.ok(columns.includes(key), key)
    if (stream.changes) assert.ok(columns.includes(stream.changes.column), stream.changes.column)
    assert.equal(columns.at(-1), 'raw')
    for (const other of [stream.parent?.stream, stream.inside?.stream]) {
      if (other === undefined) continue
      const at = streamNames.indexOf(other as StreamName)
      assert.ok(at >= 0 && at < streamNames.indexOf(name), `${other} before ${name}`)
    }
  })
}

test('schemas/ holds one file for each stream and nothing else', () => {
  assert.deepEqual(schemaNames().sort(), [...streamNames, PAGE_LOG].sort())
})

test('the catalog lists every stream with its key and mode, and metadata for each column', () => {
  const { streams: entries } = discover()
  assert.deepEqual(
    entries.map((entry) => entry.tap_stream_id),
    [...streamNames, PAGE_LOG],
  )
  for (const entry of entries) {
    assert.ok(entry.key_properties?.length, entry.tap_stream_id)
    const described = entry.metadata?.map(({ breadcrumb }) => breadcrumb.join('.'))
    const properties = Object.keys(entry.schema.properties ?? {}).map((property) => `properties.${property}`)
    assert.deepEqual(described, ['', ...properties])
    assert.doesNotMatch(JSON.stringify(entry), /"x-/)
  }
})

/** Field and operator of every condition that a stream may send. */
function conditions({ filter, scan, changes }: Stream): [string, string][] {
  const fixed = filter?.split(';').map((condition): [string, string] => [condition.split('==')[0] ?? '', '==']) ?? []
  const window: [string, string][] =
    changes?.kind === 'window'
      ? [
          [changes.since, '=='],
          [changes.until, '=='],
        ]
      : []
  return [...fixed, ...window, ...(scan.kind === 'keyset' ? [[scan.filter, '>'] as [string, string]] : [])]
}

function operators(facts: PathFacts, field: string): string[] {
  return facts.filter?.[field]?.split(' ') ?? []
}

function orders({ scan, changes }: Stream): string[] {
  return [scan, changes].flatMap((walk) =>
    walk && 'order' in walk && walk.order ? [walk.order.split(' ')[0] ?? ''] : [],
  )
}

function bound({ parent, each, inside }: Stream): string[] {
  return [parent?.param, each?.param, inside?.param].filter((param) => param !== undefined)
}

function itemOf({ inside }: Stream, path: string): string {
  const item = pathFacts(path).item ?? ''
  return inside ? typeAt(path, item, inside.items).replace('[]', '') : item
}

function hasPlace(path: string, item: string, pointer: string): boolean {
  // The specification leaves `notes` out of the contact's schema, but takes it in `fields`.
  if (path === '/v2/contacts' && pointer === '/notes') return true
  return typeAt(path, item, pointer) !== ''
}

/** The type at a pointer into a schema; empty when there is no such place. */
function typeAt(path: string, schema: string, pointer: string): string {
  const [first = '', ...rest] = pointer.slice(1).split('/')
  const type = factsFor(path).schemas[schema]?.[first] ?? ''
  return rest.length === 0 || type === '' ? type : typeAt(path, type, `/${rest.join('/')}`)
}
