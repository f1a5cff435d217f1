import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ConfigError } from '@keap-postgres/protocol'
import { testDatabaseUrl } from '../testing.js'
import { connect } from './connect.js'

test('a connection that ends before its first statement is answered counts as one that was never made', async () => {
  const server = { kind: 'server', source: 'the test', options: { connectionString: testDatabaseUrl() } } as const
  await assert.rejects(connect(server, 'select pg_terminate_backend(pg_backend_pid())'), (error: unknown) => {
    assert.ok(error instanceof ConfigError)
    assert.match(
      error.message,
      /^Postgres at postgres:\/\/.* \(from the test\) doesn't accept the connection: terminating/,
    )
    return true
  })
})
