import { randomBytes } from 'node:crypto'
import pg from 'pg'

/** An empty database of a test's own; dropped at the end. */
export type TestDatabase = AsyncDisposable & { url: string; client: pg.Client }

/** On the server that `npm test` starts, and names in DATABASE_URL. */
export async function createDatabase(): Promise<TestDatabase> {
  const server = process.env.DATABASE_URL
  if (!server) {
    throw new Error(
      'DATABASE_URL is not set. Run the tests with "npm test", which starts a Postgres, or name a server of your own.',
    )
  }
  const name = `pipeline_${randomBytes(5).toString('hex')}`
  await onServer(server, `create database ${name}`)
  const url = new URL(server)
  url.pathname = `/${name}`
  const client = new pg.Client({ connectionString: url.href })
  await client.connect()
  return {
    url: url.href,
    client,
    async [Symbol.asyncDispose]() {
      await client.end()
      await onServer(server, `drop database ${name} with (force)`)
    },
  }
}

async function onServer(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(sql)
  } finally {
    await client.end()
  }
}
