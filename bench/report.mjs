import { readFileSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import { fileURLToPath } from 'node:url'

const PAGE = fileURLToPath(new URL('../docs/benchmarks.md', import.meta.url))
const [BEGIN, END] = ['<!-- figures: made by scripts/bench.mjs -->', '<!-- end of figures -->']

/** Puts figures into docs/benchmarks.md, each part under its heading; other parts and what people wrote around them stay. */
export async function writeReport({ measurements, peers, rounds }, database, log) {
  const { rows } = await database.client.query('select version(), current_setting($1) as fsync', ['fsync'])
  const page = readFileSync(PAGE, 'utf8')
  const [before, after] = [page.indexOf(BEGIN) + BEGIN.length, page.indexOf(END)]
  const parts = new Map(
    page
      .slice(before, after)
      .split(/^### /m)
      .slice(1)
      .map((part) => [part.split('\n', 1)[0], `### ${part.trim()}`]),
  )
  for (const scenario of new Set(measurements.map((one) => one.scenario))) {
    const entries = measurements.filter((one) => one.scenario === scenario)
    const title = heading(scenario, entries[0].rounds)
    const notes = scenario.includes('peers') ? notesOf(peers) : []
    parts.set(title, [`### ${title}`, table(entries), ...notes].join('\n\n'))
  }
  const figures = [machine(rows[0], rounds), ...parts.values()].join('\n\n')
  writeFileSync(PAGE, `${page.slice(0, before)}\n\n${figures}\n\n${page.slice(after)}`)
  log(`The figures are in ${PAGE}`)
}

function notesOf({ missing, pythonVersion }) {
  return [
    ...[...new Set(missing)].map((reason) => `Not measured: ${reason}.`),
    ...(pythonVersion ? [`The peers ran on ${pythonVersion}.`] : []),
  ]
}

function machine({ version, fsync }, rounds) {
  const [cpu] = os.cpus()
  return (
    `Measured on ${new Date().toISOString().slice(0, 10)}: ${os.cpus().length} cores (${cpu?.model.trim()}), ` +
    `${Math.round(os.totalmem() / 1024 ** 3)} GiB of memory, ${os.type()} ${os.release()}, Node ${process.versions.node}, ` +
    `${version.split(' on ')[0]} on the same machine with its own settings (fsync ${fsync}). ` +
    `Medians of ${rounds} rounds, where it doesn't say one; load on the machine before it began: ${os.loadavg()[0]?.toFixed(1)}.`
  )
}

function heading(scenario, rounds) {
  return `${scenario[0].toUpperCase()}${scenario.slice(1)}${rounds === 1 ? ' (one round)' : ''}`
}

function table(entries) {
  const lines = entries.map(({ load, contender, records, seconds, timesOurs, peakMib }) => [
    load,
    contender,
    records.toLocaleString('en'),
    seconds.toFixed(1),
    Math.round(records / seconds).toLocaleString('en'),
    timesOurs.toFixed(2),
    peakMib === undefined ? '' : String(Math.round(peakMib)),
  ])
  const head = ['load', 'by', 'records', 'seconds', 'records/s', "times target-postgres' seconds", 'peak memory, MiB']
  const line = (cells) => `| ${cells.join(' | ')} |`
  return [line(head), `|${head.map(() => '---').join('|')}|`, ...lines.map(line)].join('\n')
}
