import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { streamNames } from 'tap-keap'

test('what the tables of XML-RPC have become are streams that there are', async () => {
  const page = await readFile(new URL('../../docs/from-xml-rpc.md', import.meta.url), 'utf8')
  const rows = page.split('\n').filter((line) => line.startsWith('| `'))
  const named = rows.flatMap((row) => [...(row.split('|')[2] ?? '').matchAll(/`(\w+)`/g)].map((match) => match[1]))
  assert.ok(named.length > 40)
  const known = new Set<string | undefined>(streamNames)
  assert.deepEqual(
    named.filter((name) => !known.has(name)),
    [],
  )
})
