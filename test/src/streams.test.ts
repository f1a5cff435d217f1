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
  selectAll,
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
      if (stream.shape === undefined) assert.equal(facts.records, stream.records, `what holds the items at ${path}`)
      else assert.equal(facts.records, undefined, `${path} is no list of a member`)
      if (stream.shape === 'object') assert.ok(hasPlace(path, itemOf(stream, path), `/${stream.records}`))
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
      const known = facts.orderBy ?? facts.order
      for (const order of orders(stream)) assert.ok(known?.includes(order), `${path} has no order by ${order}`)
      if (stream.scan.kind === 'offset') {
        assert.equal(stream.api, 'v1')
        assert.ok(['limit', 'offset'].every((param) => facts.params?.includes(param)))
      }
      for (const field of stream.fields ?? []) assert.ok(facts.fields?.includes(field), `${path} has no field ${field}`)
    }
  })

  test(`${name}: all that Keap gives only on request is requested, but for what needs an old edition`, () => {
    const legacy = ['monthly_revenue', 'order_revenue', 'objection', 'status', 'stage_entrance_time']
    // What is nested in another's records is read with it.
    const { fields } = stream.inside ? streams[stream.inside.stream as StreamName] : stream
    for (const path of pathsOf(stream)) {
      const left = pathFacts(path).fields?.filter((field) => !fields?.includes(field)) ?? []
      assert.deepEqual(left, name === 'opportunities' ? legacy : [])
    }
  })

  test(`${name}: every column comes from a place in Keap's payload`, () => {
    const hashed = (stream.hash ?? []).map((from) => ({ name: 'hash', from }))
    for (const { name: column, from } of [...columnsOf(name).columns, ...hashed]) {
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

  test(`${name}: everything its path needs is bound, and an account may lack it when it may lack its parent`, () => {
    const names = [...stream.path.matchAll(/\{(\w+)\}/g)].map(([, param]) => param ?? '')
    for (const param of names) assert.ok(bound(stream).includes(param), param)
    if (!stream.parent) return
    const parent = streams[stream.parent.stream as StreamName]
    assert.ok(hasPlace(parent.path, itemOf(parent, parent.path), stream.parent.id), stream.parent.id)
    if (parent.optional) assert.ok(stream.optional, `${stream.parent.stream} may be missing`)
  })
}

test('schemas/ holds one file for each stream and nothing else', () => {
  assert.deepEqual(schemaNames().sort(), [...streamNames, PAGE_LOG].sort())
})

test('streams that cost a call for each of many rows are selected by a catalog only', () => {
  const off = discover().streams.filter(({ metadata }) => metadata?.[0]?.metadata['selected-by-default'] === false)
  assert.deepEqual(
    off.map((entry) => entry.tap_stream_id),
    [
      'file_data',
      'contact_lead_scores',
      'deal_notes',
      'product_options',
      'order_payments',
      'email_contents',
      'email_template_contents',
      'webform_contents',
      'report_models',
      'provinces',
    ],
  )
  const { streams: selected } = selectAll()
  assert.equal(selected.length, streamNames.length - off.length)
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

function bound({ parent, each, inside, hash, storesFiles }: Stream): string[] {
  const params = [parent?.param, each?.param, inside?.param, hash && 'hash'].filter((param) => param !== undefined)
  return storesFiles ? [...params, 'path', 'sha256', 'size'] : params
}

function itemOf({ inside }: Stream, path: string): string {
  const { item, response = '' } = pathFacts(path)
  if (item === undefined) return response.replace('[]', '')
  return inside?.items ? typeAt(path, item, inside.items).replace('[]', '') : item
}

function hasPlace(path: string, item: string, pointer: string): boolean {
  // The specification leaves `notes` out of the contact's schema, but takes it in `fields`.
  if (path === '/v2/contacts' && pointer === '/notes') return true
  // A bare text becomes the member that the stream names.
  if (item === 'string') return true
  return typeAt(path, item, pointer) !== ''
}

/** The type at a pointer into a schema; empty when there is no such place. */
function typeAt(path: string, schema: string, pointer: string): string {
  const [first = '', ...rest] = pointer.slice(1).split('/')
  const type = factsFor(path).schemas[schema]?.[first] ?? ''
  return rest.length === 0 || type === '' ? type : typeAt(path, type, `/${rest.join('/')}`)
}
