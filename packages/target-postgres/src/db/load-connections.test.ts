import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { inScratch, recordOf, schemaOf, testDatabaseUrl } from '../testing.js'

test(
  'where the server takes some of the connections and refuses others, the load says so, and leaves none open',
  inScratch(async (target) => {
    const role = `${target.schema}_few`
    await target.rows(`create role ${role} login password 'few-connections' connection limit 2`)
    try {
      const url = Object.assign(new URL(testDatabaseUrl()), { username: role, password: 'few-connections' })
      const lines = [schemaOf('t', { id: { type: 'integer' } }), recordOf('t', { id: 1 })]
      const { exitCode, stderr } = await target.load(lines, { database_url: url.href })
      assert.equal(exitCode, 2)
      assert.match(stderr, /doesn't accept the connection: too many connections for role/)
      assert.doesNotMatch(stderr, /few-connections/)
      // A server's process ends a moment after its client.
      const open = () => target.rows(`select from pg_stat_activity where usename = '${role}'`)
      for (let tries = 0; tries < 100 && (await open()).length > 0; tries++) await sleep(50)
      assert.equal((await open()).length, 0)
    } finally {
      await target.rows(`drop role ${role}`)
    }
  }),
)
