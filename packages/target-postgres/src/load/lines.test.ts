import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Lines } from './lines.js'

test('the line of every record is known, whatever came between', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 5 })), (gaps) => {
      const lines = new Lines()
      const added: number[] = []
      let line = 0
      for (const gap of gaps) {
        line += gap
        added.push(line)
        lines.add(line)
      }
      assert.deepEqual(
        added.map((_, record) => lines.of(record)),
        added,
      )
    }),
  )
})
