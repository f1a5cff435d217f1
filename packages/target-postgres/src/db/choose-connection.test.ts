import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Config } from '../config.js'
import { chooseConnection } from './choose-connection.js'

const choose = (config: object, env: Record<string, string>) => chooseConnection(Config.parse(config), env)

test('the config comes before DATABASE_URL, that before PG*, and the embedded server last', () => {
  const env = { DATABASE_URL: 'postgres://e/db', PGHOST: 'p' }
  assert.deepEqual(choose({ host: 'c', user: 'u', database: 'd' }, env), {
    kind: 'server',
    source: 'the config',
    options: { host: 'c', port: 5432, user: 'u', database: 'd', ssl: false },
  })
  assert.equal((choose({}, env) as { source: string }).source, 'DATABASE_URL')
  assert.equal((choose({}, { PGHOST: 'p' }) as { source: string }).source, 'the PG* variables')
  assert.deepEqual(choose({ postgres_dir: 'x' }, {}), { kind: 'embedded', dir: 'x' })
})

test('sslmode means what it means to libpq', () => {
  const ssl = (url: string) => {
    const choice = choose({ database_url: url }, {})
    return choice.kind === 'server' ? choice.options : undefined
  }
  assert.deepEqual(ssl('postgres://u:p@h/d?sslmode=require'), {
    connectionString: 'postgres://u:p@h/d',
    ssl: { rejectUnauthorized: false },
  })
  assert.deepEqual(ssl('postgres://h/d?sslmode=verify-full')?.ssl, { rejectUnauthorized: true })
  assert.equal(ssl('postgres://h/d')?.ssl, false)
})

test('what is not a connection string is refused without being shown', () => {
  assert.throws(() => choose({ database_url: 'secret' }, {}), {
    name: 'ConfigError',
    message: /^database_url is not a connection string/,
  })
})
