import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RequestError } from './keap/errors.js'
import { compileProjection } from './project.js'
import type { StreamColumn } from './schemas.js'

const columns: StreamColumn[] = [
  column('id', '/id', 'integer'),
  column('company_id', '/company/id', 'integer'),
  column('tag_id', '@tag_id', 'integer'),
  { ...column('total', '/total', 'number'), as: 'money' },
  { ...column('update_time', '/update_time', 'string'), schema: { type: ['string', 'null'], format: 'date-time' } },
  column('name', '/name', 'string'),
  column('raw', '', 'object'),
]

test('columns come from their places in the payload, and raw is the payload itself', () => {
  const { project, unfit } = projection()
  const payload = '{"id":"7","company":{"id":"12"},"name":"","total":{"amount":150,"currency_code":"USD"},"x":1.10}'
  assert.deepEqual(Object.fromEntries(project(payload, { tag_id: '"3"' })), {
    id: '7',
    company_id: '12',
    tag_id: '3',
    total: '1.50',
    update_time: 'null',
    name: '""',
    raw: payload,
  })
  assert.deepEqual(unfit, [])
})

test('what isn’t there, is null, or hangs on something that isn’t an object, is null', () => {
  const { project, unfit } = projection()
  const record = project('{"id":7,"company":null,"name":null,"total":null}', { tag_id: '3' })
  assert.deepEqual([record.get('company_id'), record.get('name'), record.get('total')], ['null', 'null', 'null'])
  assert.equal(project('{"id":7,"company":"none"}', {}).get('company_id'), 'null')
  assert.deepEqual(unfit, [])
})

test('a value that can’t become its column’s type is null, whole in raw, and reported; an empty string is simply none', () => {
  const { project, unfit } = projection()
  const record = project('{"id":7,"update_time":"soon","company":{"id":""}}', {})
  assert.equal(record.get('update_time'), 'null')
  assert.match(record.get('raw') ?? '', /"soon"/)
  assert.deepEqual(unfit, [['update_time', '"soon"']])
})

test('an item whose key is missing or unfit stops the stream', () => {
  const { project } = projection()
  for (const payload of ['{"name":"x"}', '{"id":null}', '{"id":"x7"}']) {
    assert.throws(
      () => project(payload, {}),
      (error) => error instanceof RequestError && /"id" is missing/.test(error.message),
    )
  }
})

function projection() {
  const unfit: [string, string][] = []
  return { project: compileProjection(columns, ['id'], (name, text) => unfit.push([name, text])), unfit }
}

function column(name: string, from: string, type: string): StreamColumn {
  return { name, from, schema: { type: [type, 'null'] }, as: undefined }
}
