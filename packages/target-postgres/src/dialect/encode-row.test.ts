import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sliceObject } from '@keap-postgres/protocol'
import { columnsOf } from './columns.js'
import { compileRowEncoder } from './encode-row.js'

const columns = columnsOf('t', { properties: { id: { type: 'integer' }, name: { type: 'string' }, raw: {} } }, ['id'])
const encoderWith = (onUnknown: (property: string) => void) => compileRowEncoder({ stream: 't', columns, onUnknown })
const message = (record: string) => ({ type: 'RECORD' as const, stream: 't', record: sliceObject(record) })

test('a row is COPY text: columns in order, then time, deletion and version', () => {
  const encode = encoderWith(() => {})
  assert.equal(encode(message('{"raw":{"a":"\\n"},"id":1}'), 1), '1\t\\N\t{"a":"\\\\n"}\t\\N\t\\N\t\\N')
  const more = { time_extracted: '2024-01-01T00:00:00Z', version: 3 }
  assert.equal(
    encode({ ...message('{"id":1,"name":"\\\\N"}'), ...more }, 1),
    '1\t\\\\N\t\\N\t2024-01-01 00:00:00Z\t\\N\t3',
  )
})

test('each property that the schema lacks is told once', () => {
  const told: string[] = []
  const encode = encoderWith((property) => told.push(property))
  for (let line = 1; line < 4; line++) encode(message('{"id":1,"x":1,"y":2,"_sdc_deleted_at":null}'), line)
  assert.deepEqual(told, ['x', 'y'])
})

test('a value that does not fit is told with line, stream, key, property and what is wanted', () => {
  assert.throws(() => encoderWith(() => {})(message('{"id":1.5}'), 9), {
    name: 'DataError',
    message: /^Line 9: a record of t \(id 1\.5\) has 1\.5 as "id"; its column is bigint and wants a whole number/,
  })
})
