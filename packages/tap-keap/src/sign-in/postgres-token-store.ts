import { ConfigError, ExitError } from '@keap-postgres/protocol'
import type { Client } from 'pg'
import { type HeldTokens, type TokenStore, Tokens } from '../keap/tokens.js'

export type PostgresTokenStoreOptions = {
  /** `postgres://user:password@host:5432/database` */
  url: string
  /** Processes that could mean the same sign-in have the same, e.g. the app's client_id. */
  lockName: string
  signal: AbortSignal
  sleep: (ms: number) => Promise<void>
}

/** A row for each sign-in. `names` and the first of them are what `Tokens` says. */
const TABLE = `
  create table if not exists keap_meta.tokens (
    sign_in text primary key,
    names text[] not null,
    account text,
    access_token text not null,
    refresh_token text not null,
    expires_at timestamptz not null,
    updated_at timestamptz not null default now()
  );

  comment on table keap_meta.tokens is 'Sign-ins of tap-keap: the tokens that work now. Whoever may read this may read the account.';
`

/** What the target's migrations hold while they make the same schema. */
const SCHEMA_LOCK = 'target-postgres migrations of keap_meta'

const SAVE_ATTEMPTS = 6

/**
 * Keeps sign-ins in `keap_meta.tokens` of a Postgres, where runs on any number of machines find them. The lock belongs to a
 * transaction: it goes with its holder's connection, whatever becomes of the holder, and works through a pooler too.
 */
export function postgresTokenStore(options: PostgresTokenStoreOptions): TokenStore {
  const { url, lockName, signal } = options

  return {
    place: `keap_meta.tokens of ${shown(url)}`,

    read: (name) => connected(url, (client) => readRow(client, name)),

    exclusively: (act) =>
      connected(url, async (client) => {
        await ensureTable(client)
        await lock(client, lockName, signal)
        const held: HeldTokens = {
          read: (name) => readRow(client, name),
          // Committed at once: whatever goes wrong from here on, the only living refresh token isn't rolled back.
          write: (tokens) => save(client, tokens, options),
        }
        return await act(held)
      }),
  }
}

/** @throws `signal`'s reason, when it ends the waiting; once the lock is there, a request to stop has to wait for the tokens */
async function lock(client: Client, lockName: string, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted()
  // A machine that loses its power says nothing: the server asks for it, and gives up after half a minute.
  await client.query(`
    begin;
    set local statement_timeout = 0;
    set local lock_timeout = 0;
    set local idle_in_transaction_session_timeout = '10min';
    set local tcp_keepalives_idle = 10;
    set local tcp_keepalives_interval = 5;
    set local tcp_keepalives_count = 4;
  `)
  const leave = () => void client.end().catch(() => {})
  signal.addEventListener('abort', leave)
  try {
    await client.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`tap-keap tokens of ${lockName}`])
  } catch (error) {
    signal.throwIfAborted()
    throw error
  } finally {
    signal.removeEventListener('abort', leave)
  }
}

async function readRow(client: Client, name: string): Promise<Tokens | undefined> {
  if (!(await hasTable(client))) return undefined
  const { rows } = await client.query(
    `
    select names, account, access_token, refresh_token, extract(epoch from expires_at) * 1000 as expires_at
    from keap_meta.tokens
    where $1 = any(names)
    order by updated_at desc
    limit 1
    `,
    [name],
  )
  const row = rows[0]
  return row && Tokens.parse({ ...row, account: row.account ?? undefined, expires_at: Number(row.expires_at) })
}

/** On a connection that is lost in between, on another one: the old tokens are dead, so it has to be. */
async function save(client: Client, tokens: Tokens, { url, sleep }: PostgresTokenStoreOptions): Promise<void> {
  let failure: unknown
  for (let attempt = 1; attempt <= SAVE_ATTEMPTS; attempt++) {
    try {
      if (attempt === 1) return await writeRow(client, tokens)
      return await connected(url, (fresh) => writeRow(fresh, tokens))
    } catch (error) {
      failure = error
      if (attempt < SAVE_ATTEMPTS) await sleep(1000 * attempt)
    }
  }
  throw new ConfigError(
    `Keap gave new tokens, and keap_meta.tokens of ${shown(url)} can't take them (${messageOf(failure)}). The old ones are dead, ` +
      'so the sign-in is lost: mend the database, and sign in again with tap-keap login.',
    { cause: failure },
  )
}

async function writeRow(client: Client, { names, ...tokens }: Tokens): Promise<void> {
  await client.query(
    `
    insert into keap_meta.tokens (sign_in, names, account, access_token, refresh_token, expires_at)
    values ($1, $2, $3, $4, $5, to_timestamp($6::numeric / 1000))
    on conflict (sign_in) do update
    set
      names = excluded.names,
      account = excluded.account,
      access_token = excluded.access_token,
      refresh_token = excluded.refresh_token,
      expires_at = excluded.expires_at,
      updated_at = statement_timestamp()
    `,
    [names[0], names, tokens.account, tokens.access_token, tokens.refresh_token, tokens.expires_at],
  )
  await client.query('commit')
}

async function hasTable(client: Client): Promise<boolean> {
  const { rows } = await client.query(`select to_regclass('keap_meta.tokens') is not null as found`)
  return rows[0]?.found
}

/** While the old tokens are still good: a user who may not do this learns it here. */
async function ensureTable(client: Client): Promise<void> {
  if (await hasTable(client)) return
  await client.query('begin')
  await client.query('select pg_advisory_xact_lock(hashtext($1))', [SCHEMA_LOCK])
  // Asked first: "create schema if not exists" wants permission to create even where there is nothing to do.
  const { rowCount } = await client.query(`select from pg_namespace where nspname = 'keap_meta'`)
  if (rowCount === 0) await client.query('create schema keap_meta')
  await client.query(TABLE)
  await client.query('commit')
}

/** A connection of its own for `act`. A run needs it for moments, and not at all while its access token is good. */
async function connected<T>(url: string, act: (client: Client) => Promise<T>): Promise<T> {
  // Loaded here: whoever keeps tokens in a file doesn't wait for a driver.
  const { default: pg } = await import('pg')
  const client = new pg.Client({
    connectionString: withLibpqTls(url),
    application_name: 'tap-keap',
    connectionTimeoutMillis: 15_000,
  })
  // A connection lost between two queries is reported by the next query; unheard, the event would end the process.
  client.on('error', () => {})
  try {
    await client.connect()
    return await act(client)
  } catch (error) {
    throw isOfDatabase(error) ? storeError(error, url) : error
  } finally {
    await client.end().catch(() => {})
  }
}

/** `sslmode=require` as libpq means it, encrypted and not verified; the driver alone would verify. */
function withLibpqTls(url: string): string {
  const parsed = new URL(url)
  if (parsed.searchParams.has('sslmode')) parsed.searchParams.set('uselibpqcompat', 'true')
  return parsed.href
}

/** Errors of the server have an SQLSTATE, those of the network a name like ECONNREFUSED; the driver's own have neither. */
function isOfDatabase(error: unknown): boolean {
  if (!(error instanceof Error) || error instanceof ExitError) return false
  const code = 'code' in error ? String(error.code) : ''
  return /^([0-9A-Z]{5}|E[A-Z_]+)$/.test(code) || /^Connection terminated|^timeout expired|SSL|SASL/.test(error.message)
}

function storeError(error: unknown, url: string): ConfigError {
  return new ConfigError(
    `The tokens in keap_meta.tokens of ${shown(url)} can't be read or kept: ${messageOf(error)}. Correct token_store, or let its ` +
      'user create the schema keap_meta and the table tokens in it.',
    { cause: error },
  )
}

function shown(url: string): string {
  const { protocol, username, host, pathname } = new URL(url)
  return `${protocol}//${username && `${username}@`}${host}${pathname}`
}

function messageOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(messageOf).join('; ')
  return error instanceof Error ? error.message : String(error)
}
