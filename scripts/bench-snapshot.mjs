// How long a snapshot of large tables takes, beside what else one could ask Postgres: count(*), and one checksum over all rows.
// npm run bench:snapshot -- --rows 1000000
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { cpus, loadavg, tmpdir } from 'node:os'
import path from 'node:path'
import { setup } from './setup.mjs'

setup()
const { connect, fromUrl, inOneMoment, readSnapshot, startEmbedded } = await import('target-postgres')

const at = process.argv.indexOf('--rows')
const rows = at < 0 ? 1_000_000 : Number(process.argv[at + 1])
const ROUNDS = 3
const dir = mkdtempSync(path.join(tmpdir(), 'keap-postgres-bench-'))
chmodSync(dir, 0o755)
const quiet = { debug() {}, info() {}, warn() {}, error() {} }
const postgres = await startEmbedded({ dir: path.join(dir, 'postgres'), log: quiet, serverFlags: ['-c', 'fsync=off'] })
const server = fromUrl(postgres.url, 'the benchmark')
const client = await connect(server)

/** Like contacts, with a payload of 850 bytes; and like the lines of orders, with 300. */
const tables = {
  contacts: `
    create table %s.contacts as
    select i::bigint as id, 'Given' || i as given_name, 'Family' || i % 5000 as family_name,
      'user' || i || '@example.com' as email, (i % 1000)::bigint as company_id, 'Company ' || i % 1000 as company_name,
      case when i % 3 = 0 then 'Lead' end as contact_type, (i % 20)::bigint as owner_id, i % 1000 / 100.0 as score,
      i % 2 = 0 as opt_in, date '1970-01-01' + i % 10000 as birth_date, null::text as website, '+1 555 ' || i as phone,
      jsonb_build_array(i % 7, i % 11, i % 13) as tag_ids, timestamptz '2020-01-01' + i * interval '1 s' as create_time,
      timestamptz '2021-01-01' + i * interval '1 s' as update_time,
      jsonb_build_object(
        'id', i::text, 'given_name', 'Given' || i, 'family_name', 'Family' || i % 5000,
        'email_addresses', jsonb_build_array(jsonb_build_object('email', 'user' || i || '@example.com', 'field', 'EMAIL1')),
        'phone_numbers', jsonb_build_array(jsonb_build_object('field', 'PHONE1', 'number', '+1 555 ' || i)),
        'company', jsonb_build_object('id', i % 1000, 'name', 'Company ' || i % 1000),
        'custom_fields', (select jsonb_agg(jsonb_build_object('id', n, 'content', md5(i::text || n))) from generate_series(1, 9) as n)
      ) as raw,
      now() as _sdc_batched_at, null::timestamptz as _sdc_deleted_at
    from generate_series(1, ${rows}) as i;
    alter table %s.contacts add primary key (id)`,
  order_items: `
    create table %s.order_items as
    select i::bigint as id, (i / 3)::bigint as order_id, (i % 100)::bigint as product_id, 'Product ' || i % 100 as name,
      (i % 5)::bigint as quantity, i % 1000 / 100.0 as price, 'USD' as currency_code,
      jsonb_build_object(
        'id', i::text, 'quantity', i % 5, 'name', 'Product ' || i % 100, 'description', md5(i::text) || md5(i::text),
        'price', jsonb_build_object('amount', i % 1000, 'currency_code', 'USD'), 'product', jsonb_build_object('id', i % 100)
      ) as raw,
      now() as _sdc_batched_at, null::timestamptz as _sdc_deleted_at
    from generate_series(1, ${rows}) as i;
    alter table %s.order_items add primary key (id)`,
}

async function secondsOf(task) {
  const start = performance.now()
  await task()
  return (performance.now() - start) / 1000
}

try {
  for (const [table, create] of Object.entries(tables)) {
    const schema = `only_${table}`
    await client.query(`create schema ${schema}; ${create.replaceAll('%s', schema)}`)
    await client.query(`vacuum analyze ${schema}.${table}`)
    const scope = { metaSchema: 'none', targetSchema: schema }
    const tasks = {
      'count(*)': () => client.query(`select count(*) from ${schema}.${table}`),
      'md5(string_agg(row, order by id))': () =>
        client.query(`select md5(string_agg(t::text, '' order by id)) from ${schema}.${table} as t`),
      'md5(string_agg(md5(row), order by id))': () =>
        client.query(`select md5(string_agg(md5(t::text), '' order by id)) from ${schema}.${table} as t`),
      snapshot: () => inOneMoment(client, () => readSnapshot(client, scope)),
    }
    const { rows: sizes } = await client.query(`
      select pg_size_pretty(pg_total_relation_size('${schema}.${table}')) as size,
        (select round(avg(octet_length(raw::text))) from ${schema}.${table}) as payload
    `)
    console.log(`${table}: ${rows} rows, ${sizes[0].size}, payloads of ${sizes[0].payload} bytes`)
    const best = new Map()
    for (let round = 0; round < ROUNDS; round++) {
      // In turn, so that whatever else the machine does falls on all.
      for (const [name, task] of Object.entries(tasks)) {
        if (best.get(name) === Infinity) continue
        const seconds = await secondsOf(task).catch((error) => {
          console.log(`  ${name}: ${error.message}`)
          return Infinity
        })
        best.set(name, Math.min(best.get(name) ?? Infinity, seconds))
      }
    }
    for (const [name, seconds] of best) {
      const ratio = best.get('snapshot') / seconds
      if (seconds < Infinity)
        console.log(`  ${name}: ${seconds.toFixed(2)} s; a snapshot takes ${ratio.toFixed(1)} times that`)
    }
  }
  console.log(`Best of ${ROUNDS} rounds, ${cpus().length} cores, load ${loadavg()[0]?.toFixed(1)}`)
} finally {
  await client.end()
  await postgres.stop()
  rmSync(dir, { recursive: true, force: true })
}
