import { createReadStream, createWriteStream } from 'node:fs'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'
import pg from 'pg'
import { from as copyFrom, to as copyTo } from 'pg-copy-streams'

/** The database that everything is loaded into, each contender into a schema of its own. */
export async function openDatabase(url) {
  const client = new pg.Client(url)
  await client.connect()
  await client.query('set client_min_messages = warning')
  const names = async (schema) => {
    const { rows } = await client.query('select tablename as name from pg_tables where schemaname = $1 order by 1', [
      schema,
    ])
    return rows.map(({ name }) => name)
  }

  return {
    url,
    client,
    close: () => client.end(),

    /** Every measured load begins without anything left to be written. */
    settle: () => client.query('checkpoint'),

    drop: (...schemas) => client.query(schemas.map((schema) => `drop schema if exists ${schema} cascade`).join(';')),

    async count(schema) {
      const counts = await Promise.all(
        (await names(schema)).map((name) => client.query(`select count(*)::int from ${schema}.${name}`)),
      )
      return counts.reduce((sum, { rows }) => sum + rows[0].count, 0)
    },

    /** Rows that have been rewritten so far in all tables of a schema. */
    async rewritten(schema) {
      await client.query('select pg_stat_clear_snapshot()')
      const { rows } = await client.query(
        'select coalesce(sum(n_tup_upd), 0)::int as count from pg_stat_user_tables where schemaname = $1',
        [schema],
      )
      return rows[0].count
    },

    /** Writes a schema's rows as COPY gives them, a file for each table. */
    async dump(schema, dir, label) {
      const tables = []
      for (const name of await names(schema)) {
        const file = path.join(dir, `${schema}-${name}-${label}.copy`)
        await pipeline(client.query(copyTo(`copy ${schema}.${name} to stdout`)), createWriteStream(file))
        tables.push({ name, file })
      }
      return tables
    },

    /** Makes empty tables, with their keys, like those of another schema. */
    async cloneTables(schema, like) {
      await client.query(`drop schema if exists ${schema} cascade; create schema ${schema}`)
      for (const name of await names(like))
        await client.query(`create table ${schema}.${name} (like ${like}.${name} including all)`)
    },

    /** COPY of a file as psql's \copy does it. */
    copy: (table, file) => pipeline(createReadStream(file), client.query(copyFrom(`copy ${table} from stdin`))),

    async columns(schema, table) {
      const { rows } = await client.query(
        `select attname as name, coalesce(attnum = any (indkey), false) as is_key
        from pg_attribute left join pg_index on indrelid = attrelid and indisprimary
        where attrelid = $1::regclass and attnum > 0 order by attnum`,
        [`${schema}.${table}`],
      )
      return rows
    },
  }
}
