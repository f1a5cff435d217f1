// Writes docs/streams.md, Meltano's plugin definitions and the made parts of docs/checks.md, docs/library.md and the README from
// what they describe.
// With --check: fails when they are stale.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { root } from './run.mjs'
import { setup } from './setup.mjs'

const README = path.join(root, 'README.md')
const STREAMS = path.join(root, 'docs', 'streams.md')
const CHECKS = path.join(root, 'docs', 'checks.md')
const LIBRARY = path.join(root, 'docs', 'library.md')

async function readme(text) {
  const { Config } = await import('target-postgres')
  const { TapConfig, streamNames, streams } = await import('tap-keap')
  const off = streamNames.filter((name) => streams[name].selectedByDefault === false)
  const parts = {
    'tap-keap settings': settingsTable(TapConfig),
    'target-postgres settings': settingsTable(Config),
    streams: [
      `There are ${streamNames.length}; [docs/streams.md](docs/streams.md) says what each is, how it is read, what it costs and what to know:`,
      `${listed(streamNames)}.`,
      `Read only when a catalog or the setting \`streams\` names them, since each of their rows costs a call: ${listed(off)}.`,
    ].join('\n\n'),
  }
  return withParts(text, parts)
}

async function checksPage(text) {
  const { KEAP_PACK, readPack } = await import('target-postgres')
  const pack = await readPack(KEAP_PACK)
  const linked = (file) => `[\`${file}\`](../sql/checks/${file})`
  const sections = ['error', 'warning', 'info', '{severity}'].flatMap((severity) => {
    const files = pack.filter((one) => one.severity === severity)
    if (severity !== '{severity}') return [`### Severity ${severity}`, checksTable(files)]
    return files.flatMap(({ file, title, why, thresholds, family }) => [
      `### Orphans: ${linked(file)}`,
      [`A check each: ${title.replace(/\{(\w+)\}/g, '_$1_')}. ${why}`, ...thresholds.map(thresholdText)].join('\n\n'),
      table(family.names, family.rows),
    ])
  })
  return withParts(text, { checks: sections.join('\n\n') })
}

function checksTable(files) {
  const rows = files.map(({ id, title, why, rules, streams, thresholds, family }) => [
    `\`${id}\``,
    title,
    [why, rules && `_Rules:_ ${rules}`].filter(Boolean).join(' '),
    streamsOf(streams, family),
    thresholds.map(thresholdText).join('; '),
  ])
  return table(['check', 'what holds', 'why', 'streams', 'thresholds'], rows)
}

function thresholdText({ name, standard, meaning }) {
  return `\`${name}\` (${standard}): ${meaning}`
}

function streamsOf(streams, family) {
  if (family === undefined) return streams.join(', ')
  if (typeof family.rows === 'string') return 'every one that is loaded'
  const named = streams.flatMap((stream) => {
    const at = family.names.indexOf(stream.replace(/[{}]/g, ''))
    return at < 0 ? [stream] : [...new Set(family.rows.map((row) => row[at]))]
  })
  return named.join(', ')
}

function libraryPage(text) {
  const programs = ['tap-folder', 'target-files', 'load-values']
  const source = (name) => readFileSync(path.join(root, 'examples', 'library', 'src', `${name}.ts`), 'utf8')
  const fenced = programs.map((name) => [name, `\`\`\`ts\n${source(name)}\`\`\``])
  return withParts(text, Object.fromEntries(fenced))
}

/** The text with what is between each pair of markers made anew. */
function withParts(text, parts) {
  return Object.entries(parts).reduce((page, [name, part]) => {
    const [begin, end] = [`<!-- ${name}: made by scripts/docs.mjs -->`, `<!-- end of ${name} -->`]
    if (!page.includes(begin) || !page.includes(end)) throw new Error(`there is no place for: ${name}`)
    const [before, after] = [page.indexOf(begin) + begin.length, page.indexOf(end)]
    return `${page.slice(0, before)}\n\n${part}\n\n${page.slice(after)}`
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

async function pluginPages() {
  const { pluginFile } = await import('./meltano.mjs')
  const abouts = [(await import('tap-keap')).about, (await import('target-postgres')).about]
  return abouts.map((about) => [path.join(root, 'examples', 'meltano', `${about.name}.meltano.yml`), pluginFile(about)])
}

/** docs/streams.md, whole. */
async function streamsPage() {
  const { columnsOf, describeCalls, leftOut, streamNames, streams } = await import('tap-keap')
  const head = [
    'stream',
    'what it is',
    'endpoint',
    'key',
    'how it is read',
    'cursor',
    'by default',
    'calls for n rows',
    'to know',
  ]
  const rows = streamNames.map((name) => {
    const stream = streams[name]
    const outer = stream.inside ? streams[stream.inside.stream] : stream
    return [
      `\`${name}\``,
      columnsOf(name).description,
      endpointOf(stream),
      stream.key.join(', '),
      readingOf(outer),
      outer.changes?.column ?? '',
      stream.selectedByDefault === false ? 'no' : 'yes',
      describeCalls(stream),
      notesOf(stream),
    ]
  })
  const left = leftOut.map(({ paths, why }) => [listed(paths.map((name) => name.replaceAll('{}', '{…}'))), why])
  return [STREAMS_INTRO, table(head, rows), '', LEFT_OUT_INTRO, table(['endpoint', 'why'], left), ''].join('\n')
}

const STREAMS_INTRO = `# Streams

Made by \`npm run docs\` from \`packages/tap-keap/src/streams.ts\` and \`schemas/\`, which is where to change it.

- **How it is read.** _All_: Keap can't say what changed. _Changes, by filter_: Keap gives only what changed since
  the last run. _Changes, newest first_: read from the newest down to where the last run began. Streams with changes are
  also read completely every \`full_scan_days\`, which is how deletions are found.
- **How often.** In every run, but for what has no one list of changes (_all_, or a call for each parent) and took more than
  two calls: that is left alone until \`refresh_hours\` have passed, and the log says until when.
- **By default.** What isn't read by default costs a call for each row, or nearly; a catalog
  or the setting \`streams\` selects it.
- **Calls.** Without those that were tried again. A run begins with one more, and the parents of a fan-out are listed for it
  when their own stream isn't read whole in that run.
- **A key named \`hash\`** is made from the payload, where Keap gives no id: the first 16 bytes, in hex, of the SHA-256 over
  the JSON texts of the parent's id and of the places named, a line each. Two records of one parent that agree in all of them
  are one row.
`

const LEFT_OUT_INTRO = `## What no stream reads

Everything else that Keap's API answers a GET with is in the tables. The results of saved searches aren't: Keap runs them on a
POST, marked as deprecated. What the API doesn't give at all: which contacts went through which step of a campaign, text
messages, quotes, and what was deleted.
`

function endpointOf({ api, path: endpoint, inside }) {
  if (inside) return `in \`${inside.stream}\`, at \`${inside.items}\``
  return `\`${endpoint}\`${api === 'pipelines' ? ' (Pipelines API)' : ''}`
}

function readingOf({ changes }) {
  if (changes?.kind === 'window') return `changes, by filter \`${changes.since}\``
  return changes ? `changes, newest first by \`${changes.order}\`` : 'all'
}

function notesOf({ note, optional, hash }) {
  const places = hash?.map((place) => `\`${place}\``).join(', ')
  return [note, hash && `The hash is over ${places}.`, optional && 'Skipped where an account lacks it.']
    .filter(Boolean)
    .join(' ')
}

function listed(names) {
  return names.map((name) => `\`${name}\``).join(', ')
}

function table(head, rows) {
  const line = (cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [line(head), `|${head.map(() => '---').join('|')}|`, ...rows.map(line)].join('\n')
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  setup()
  const pages = [
    [README, await readme(readFileSync(README, 'utf8'))],
    [STREAMS, await streamsPage()],
    [CHECKS, await checksPage(readFileSync(CHECKS, 'utf8'))],
    [LIBRARY, libraryPage(readFileSync(LIBRARY, 'utf8'))],
    ...(await pluginPages()),
  ]
  for (const [file, wanted] of pages) {
    if (!process.argv.includes('--check')) writeFileSync(file, wanted)
    else if (!existsSync(file) || readFileSync(file, 'utf8') !== wanted) {
      console.error(`${path.relative(root, file)} is stale: it no longer says what the code does. Run: npm run docs`)
      process.exitCode = 1
    }
  }
}
