import pg from 'pg'

/** What was read, or why it could not be. */
export type Part<T> = { value: T } | { refused: string }

/** How long one part of the report may take. */
const TIMEOUT_SECONDS = 60

const QUERY_CANCELED = '57014'
const INSUFFICIENT_PRIVILEGE = '42501'
const LOCK_NOT_AVAILABLE = '55P03'

/**
 * Reads one part of the report in the transaction that the connection is in. A part that takes too long or isn't permitted is
 * missing with its reason, and the others are read all the same.
 */
export async function readPart<T>(client: pg.Client, read: () => Promise<T>): Promise<Part<T>> {
  await client.query(
    `savepoint part; set local statement_timeout = '${TIMEOUT_SECONDS}s'; set local lock_timeout = '5s'`,
  )
  try {
    const value = await read()
    await client.query('release savepoint part')
    return { value }
  } catch (error) {
    const refused = reasonOf(error)
    if (refused === undefined) throw error
    await client.query('rollback to savepoint part')
    return { refused }
  }
}

function reasonOf(error: unknown): string | undefined {
  if (!(error instanceof pg.DatabaseError)) return undefined
  switch (error.code) {
    case QUERY_CANCELED:
      return `it took longer than ${TIMEOUT_SECONDS} s`
    case LOCK_NOT_AVAILABLE:
      return 'a load is changing a table just now'
    case INSUFFICIENT_PRIVILEGE:
      return error.message
    default:
      return undefined
  }
}
