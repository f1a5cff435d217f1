import assert from 'node:assert/strict'
import { test } from 'node:test'
import { factsFor } from '@keap-postgres/sandbox'
import { leftOut, type Stream, streamNames, streams } from 'tap-keap'

const asked = new Set(streamNames.flatMap((name) => pathsOf(streams[name])).map(unnamed))
const named = leftOut.flatMap(({ paths }) => paths)
const given = ['/v1/contacts', '/v2/contacts', '/v2/pipelines'].flatMap((path) => Object.keys(factsFor(path).paths))

test('whatever Keap answers a GET with is read by a stream, or left out by name and with a reason', () => {
  const unaccounted = given
    .map(unnamed)
    .filter((path) => !asked.has(path) && !named.includes(path) && !isOneOfAList(path))
  assert.deepEqual(unaccounted, [])
})

test('what is said to be left out is Keap’s, once, and no stream reads it', () => {
  const paths = new Set(given.map(unnamed))
  for (const path of named) {
    assert.ok(paths.has(path), `${path} isn’t Keap’s`)
    assert.ok(!asked.has(path), `${path} is read`)
  }
  assert.equal(new Set(named).size, named.length)
})

/** A record by its id, of a list that is read: it says the same. */
function isOneOfAList(path: string): boolean {
  return path.endsWith('/{}') && asked.has(path.slice(0, -'/{}'.length))
}

function pathsOf({ path, each, storesFiles }: Stream): string[] {
  const paths = each ? each.values.map((value) => path.replace(`{${each.param}}`, value)) : [path]
  return storesFiles ? [...paths, `${path}/{}:data`] : paths
}

/** `/v2/tags/{tag_id}` → `/v2/tags/{}` */
function unnamed(path: string): string {
  return path.replace(/\{\w+\}/g, '{}')
}
