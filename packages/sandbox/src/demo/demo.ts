import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { connect, fromUrl, startEmbedded } from 'target-postgres'
import { type PipelineResult, runPipeline, runTargetPostgres } from '../pipeline.js'
import { type KeapHandle, startKeap } from '../start-keap.js'
import { formatTable } from './format-table.js'

export type DemoOptions = {
  contacts: number
  /** Where `keap-data/demo` is made. */
  cwd: string
  env: Readonly<Record<string, string>>
  say: (text: string) => void
  /** Resolves when the person watching has seen enough. */
  untilSeen: () => Promise<void>
}

const FOLDER = path.join('keap-data', 'demo')
const TAP_CONFIG = path.join(FOLDER, 'tap.json')
const TARGET_CONFIG = path.join(FOLDER, 'target.json')
const STATE = path.join(FOLDER, 'state.json')
const REPORT = path.join(FOLDER, 'report.html')

/** Streams that the table shows; the smallest ones are only counted. */
const SHOWN = 24

/** A simulated account goes into Postgres, changes a little, and goes again: two real processes and a pipe, both times. */
export async function runDemo({ contacts, cwd, env, say, untilSeen }: DemoOptions): Promise<void> {
  await using keap = await startKeap({ sizes: { contacts }, seed: 2026 })
  say(`A simulated Keap account with ${contacts.toLocaleString('en')} contacts answers at ${keap.url}/crm/rest`)
  await using postgres = await startEmbedded({ dir: path.join(cwd, FOLDER, 'postgres'), log: quietLog })
  await using client = await connect(fromUrl(postgres.url, 'the demo'))
  await client.query('drop schema if exists keap, keap_meta cascade')
  await writeConfigs(cwd, keap)
  say(`Postgres is up; its data lies in ${fromHere(postgres.dir, cwd)}`)

  const targetArgs = ['--config', TARGET_CONFIG]
  say(`\n$ tap-keap --config ${TAP_CONFIG} | target-postgres --config ${TARGET_CONFIG}`)
  const first = succeeded(await runPipeline({ tapArgs: ['--config', TAP_CONFIG], targetArgs, env, cwd }))
  say(`  the whole account, in ${first.seconds.toFixed(1)} s`)

  const changes = Object.values(keap.account.changeALittle(1))
  const changed = changes.reduce((sum, { created, updated }) => sum + created + updated, 0)
  say(`\nIn Keap, meanwhile, ${changed} records are created or changed.`)

  say(`\n$ target-postgres state --config ${TARGET_CONFIG} > ${STATE}`)
  const { stdout } = await runTargetPostgres({ targetArgs: ['state', ...targetArgs], env, cwd })
  await writeFile(path.join(cwd, STATE), stdout)
  say(`$ tap-keap --config ${TAP_CONFIG} --state ${STATE} | target-postgres --config ${TARGET_CONFIG}`)
  const tapArgs = ['--config', TAP_CONFIG, '--state', STATE]
  const second = succeeded(await runPipeline({ tapArgs, targetArgs, env, cwd }))
  say(`  only what changed, in ${second.seconds.toFixed(1)} s\n`)

  const { rows: streams } = await client.query(WHAT_WAS_LOADED)
  say(formatTable(streams.slice(0, SHOWN)))
  if (streams.length > SHOWN) say(`  … and ${streams.length - SHOWN} smaller ones.`)
  say('\nThree queries to try:')
  for (const query of QUERIES) {
    const { rows } = await client.query(query)
    say(`\n${query}\n\n${formatTable(rows)}`)
  }
  say(`\n$ target-postgres check --config ${TARGET_CONFIG}`)
  const checked = await runTargetPostgres({ targetArgs: ['check', ...targetArgs], env, cwd })
  if (checked.exitCode !== 0)
    throw new Error(`the checks ended with ${checked.exitCode}:\n${checked.stdout}${checked.stderr}`)
  say(`  ${checked.stdout.trimEnd().replaceAll('\n', '\n  ')}`)
  say(`\n$ target-postgres snapshot --config ${TARGET_CONFIG}`)
  const taken = await runTargetPostgres({ targetArgs: ['snapshot', ...targetArgs], env, cwd })
  if (taken.exitCode !== 0) throw new Error(`the snapshot ended with ${taken.exitCode}:\n${taken.stderr}`)
  say(`  ${taken.stdout.trimEnd().split('\n').at(-1)}`)
  say(`\n$ target-postgres report --config ${TARGET_CONFIG} --output ${REPORT}`)
  const reported = await runTargetPostgres({ targetArgs: ['report', ...targetArgs, '--output', REPORT], env, cwd })
  if (reported.exitCode !== 0) throw new Error(`the report ended with ${reported.exitCode}:\n${reported.stderr}`)
  say(`\nThe data is in the schema keap, what the runs did in keap_meta:\n\n  ${postgres.url}\n`)
  say(`All of this in one page, for a browser:\n\n  ${reported.stdout.trim()}\n`)
  await untilSeen()
  say(`Postgres stops now. To look again: npx target-postgres serve --config ${TARGET_CONFIG}`)
}

async function writeConfigs(cwd: string, keap: KeapHandle): Promise<void> {
  await mkdir(path.join(cwd, FOLDER), { recursive: true })
  const tap = { api_key: keap.credentials.apiKey, base_url: `${keap.url}/crm/rest`, quota_dir: FOLDER }
  await writeFile(path.join(cwd, TAP_CONFIG), `${JSON.stringify(tap, null, 2)}\n`)
  const target = { postgres_dir: path.join(FOLDER, 'postgres') }
  await writeFile(path.join(cwd, TARGET_CONFIG), `${JSON.stringify(target, null, 2)}\n`)
}

/** The path as a person would type it here. */
function fromHere(file: string, cwd: string): string {
  const relative = path.relative(cwd, file)
  return relative.startsWith('..') ? file : relative
}

function succeeded(result: PipelineResult): PipelineResult {
  const { tap, target } = result
  if (tap.exitCode === 0 && target.exitCode === 0) return result
  throw new Error(`the pipeline ended with ${tap.exitCode} and ${target.exitCode}:\n${tap.stderr}${target.stderr}`)
}

const quietLog = { debug() {}, info() {}, warn() {}, error() {} }

const WHAT_WAS_LOADED = `
  with tap_runs as (
    select tap_run_id, row_number() over (order by min(requested_at)) as run
    from keap_meta.pages group by tap_run_id
  ), calls as (
    select stream,
      count(*) filter (where run = 1) as first_calls,
      sum(ms) filter (where run = 1) as first_ms,
      count(*) filter (where run = 2) as second_calls
    from keap_meta.pages join tap_runs using (tap_run_id)
    group by stream
  ), target_runs as (
    select run_id, row_number() over (order by started_at) as run from keap_meta.runs
  ), loaded as (
    select stream,
      sum(inserted) filter (where run = 1) as first_rows,
      coalesce(sum(inserted + updated) filter (where run = 2), 0) as second_rows
    from keap_meta.batches join target_runs using (run_id)
    group by stream
  )
  select stream,
    coalesce(first_rows, 0) as rows,
    coalesce(first_calls::text, 'none of its own') as calls,
    round(first_ms / 1000, 2) as seconds,
    second_rows as "2nd run: changed",
    coalesce(second_calls::text, 'none of its own') as "2nd run: calls"
  from loaded left join calls using (stream)
  where stream <> 'keap_meta-pages'
  order by rows desc, stream
`

const QUERIES = [
  `select given_name, family_name, count(*) as tags, max(applied_time)::date as last_tagged
from keap.contacts join keap.contact_tags on contact_id = contacts.id
group by contacts.id
order by tags desc, contacts.id limit 3;`,
  `select currency_code, name, sum(quantity) as sold, sum(quantity * price_per_unit) as revenue
from keap.order_items
group by 1, 2
order by revenue desc nulls last limit 3;`,
  `select label, field_type, count(*) as contacts, min(value #>> '{}') as an_example
from keap.contacts
cross join lateral jsonb_each(contacts.custom_fields) as field (id, value)
join keap.custom_fields on custom_fields.id = field.id::bigint and record_type = 'CONTACT'
where value <> 'null'
group by 1, 2
order by contacts desc, label limit 3;`,
]
