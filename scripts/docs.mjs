// Writes the README's tables from the code they describe. With --check: fails when they are stale.
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { root, setup } from './setup.mjs'

const README = path.join(root, 'README.md')

/** The README with the text between each pair of markers made anew. */
async function made(text) {
  const { Config } = await import('target-postgres')
  const { TapConfig, streamNames, streams } = await import('tap-keap')
  const parts = {
    'tap-keap settings': settingsTable(TapConfig),
    'target-postgres settings': settingsTable(Config),
    streams: table(
      ['stream', 'endpoint', 'key', 'read', 'rows a call'],
      streamNames.map((name) => streamRow(name, streams[name], streams)),
    ),
  }
  return Object.entries(parts).reduce((readme, [name, part]) => {
    const [begin, end] = [`<!-- ${name}: made by scripts/docs.mjs -->`, `<!-- end of ${name} -->`]
    if (!readme.includes(begin) || !readme.includes(end)) throw new Error(`README.md has no place for: ${name}`)
    const [before, after] = [readme.indexOf(begin) + begin.length, readme.indexOf(end)]
    return `${readme.slice(0, before)}\n\n${part}\n\n${readme.slice(after)}`
  }, text)
}

function settingsTable(schema) {
  const rows = Object.entries(schema.shape).map(([name, field]) => {
    const standard = field.safeParse(undefined).data
    return [
      `\`${name}\``,
      standard === undefined ? '' : `\`${JSON.stringify(standard).replaceAll('"', '')}\``,
      field.description ?? '',
    ]
  })
  return table(['setting', 'default', 'what it is'], rows)
}

function streamRow(name, stream, all) {
  const { api, path: endpoint, key, inside, parent, each, scan, pageSize = 1000, optional } = stream
  const { changes } = inside ? all[inside.stream] : stream
  const incremental = changes?.kind === 'window' ? 'changes, by filter' : 'changes, newest first'
  const calls = [
    inside ? `with ${inside.stream}` : scan.paged === false ? 'all' : pageSize.toLocaleString('en'),
    parent ? `, for each of ${parent.stream}` : '',
    each ? `, for each of ${each.values.length} kinds of record` : '',
    optional ? '; skipped where absent' : '',
  ]
  return [
    `\`${name}\``,
    `\`${endpoint}\`${api === 'pipelines' ? ' (Pipelines API)' : ''}`,
    key.join(', '),
    changes ? incremental : 'all, every run',
    calls.join(''),
  ]
}

function table(head, rows) {
  const line = (cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [line(head), `|${head.map(() => '---').join('|')}|`, ...rows.map(line)].join('\n')
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  setup()
  const now = readFileSync(README, 'utf8')
  const wanted = await made(now)
  if (process.argv.includes('--check')) {
    if (now !== wanted) {
      console.error('README.md is stale: its tables no longer say what the code does. Run: npm run docs')
      process.exitCode = 1
    }
  } else writeFileSync(README, wanted)
}
