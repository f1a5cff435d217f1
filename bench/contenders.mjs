import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { timed } from './measure.mjs'
import { kinds } from './messages.mjs'

const TARGET = fileURLToPath(new URL('../packages/target-postgres/bin/target-postgres.js', import.meta.url))

/** target-postgres with its usual settings, from the start of the process to its end. */
export function ourTarget(database, run) {
  return (file) =>
    run.node([TARGET, '--input', file], {
      env: {
        DATABASE_URL: database.url,
        TARGET_POSTGRES_DEFAULT_TARGET_SCHEMA: 'ours',
        TARGET_POSTGRES_META_SCHEMA: 'ours_meta',
      },
    })
}

/** The ceiling: COPY of the finished rows straight into the same tables with the same keys, on one connection. */
export function plainCopy(database, schema) {
  return (tables) =>
    timed(async () => {
      await database.client.query('begin')
      for (const { name, file } of tables) await database.copy(`${schema}.${name}`, file)
      await database.client.query('commit')
    })
}

/** What one writes by hand: COPY of the finished rows into a temporary table, then an upsert of all of them. */
export function copyAndMerge(database, schema) {
  return (tables) =>
    timed(async () => {
      const { client } = database
      await client.query('begin')
      for (const { name, file } of tables) {
        const columns = await database.columns(schema, name)
        const key = columns.filter((column) => column.is_key).map((column) => `"${column.name}"`)
        const values = columns.filter((column) => !column.is_key).map((column) => `"${column.name}"`)
        await client.query(`create temp table staging (like ${schema}.${name}) on commit drop`)
        await database.copy('staging', file)
        await client.query(`
          insert into ${schema}.${name} select * from staging
          on conflict (${key.join()}) do update set ${values.map((value) => `${value} = excluded.${value}`).join()}
        `)
        await client.query('drop table staging')
      }
      await client.query('commit')
    })
}

const ROWS_PER_INSERT = 1000

/** What most loaders do: each record parsed, then upserts of a thousand rows. */
export function multiRowInsert(database, schema) {
  return (file, kind) =>
    timed(async () => {
      const { client } = database
      const { schema: properties, key } = kinds[kind]
      const names = Object.keys(properties)
      const values = names.filter((name) => !key.includes(name))
      let pending = []
      let table
      const send = async () => {
        const rows = pending.map(
          (_, row) => `(${names.map((_, column) => `$${row * names.length + column + 1}`).join()})`,
        )
        await client.query(
          `insert into ${schema}.${table} (${names.join()}) values ${rows.join()}
          on conflict (${key.join()}) do update set ${values.map((name) => `${name} = excluded.${name}`).join()}`,
          pending.flat(),
        )
        pending = []
      }
      await client.query('begin')
      for await (const line of createInterface({ input: createReadStream(file) })) {
        const { type, stream, record } = JSON.parse(line)
        if (type !== 'RECORD') continue
        table = stream
        pending.push(
          names.map((name) =>
            typeof record[name] === 'object' && record[name] !== null ? JSON.stringify(record[name]) : record[name],
          ),
        )
        if (pending.length === ROWS_PER_INSERT) await send()
      }
      if (pending.length > 0) await send()
      await client.query('commit')
    })
}
