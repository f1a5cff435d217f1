import { nearest } from '@keap-postgres/protocol'
import { type CheckFile, type Family, Severity, type Threshold } from './check-file.js'

/** Names of the header's parts; those with `*` may be left out. */
const PARTS = [
  'check',
  'severity',
  'title',
  'why',
  'rules*',
  'streams',
  'columns*',
  'threshold*',
  'one check each*',
  'all in one*',
]
const KNOWN = PARTS.map((part) => part.replace('*', ''))

const FOUND = { 'loaded streams': ['stream'], 'loaded columns': ['stream', 'column'] } as const

/** One part of a header: its lines after the first are indented. */
type Part = { name: string; text: string; more: string[]; line: number }

/**
 * Reads a file of a pack: comment lines that say what the check is, and the statement.
 *
 * @returns the check, or what is wrong with the file, a line each
 */
export function readCheckFile(file: string, text: string): CheckFile | string[] {
  const lines = text.split(/\r?\n/)
  const end = lines.findIndex((line) => !line.startsWith('--'))
  const header = end < 0 ? lines : lines.slice(0, end)
  const problems: string[] = []
  const say = (problem: string, line?: number) => problems.push(`${file}${line ? `, line ${line}` : ''}: ${problem}`)
  const parts = partsOf(header, say)
  const find = (name: string) => parts.find((part) => part.name === name)
  const textOf = (name: string) => {
    const part = find(name)
    return part ? [part.text, ...part.more].join(' ').trim() : ''
  }
  for (const name of PARTS) if (!name.endsWith('*') && textOf(name) === '') say(`it has no line "-- ${name}: …"`)
  const family = familyOf(find('one check each') ?? find('all in one'), say)
  const named = family?.names.map((name) => `{${name}}`) ?? []
  const id = textOf('check')
  const severity = textOf('severity')
  if (id !== '' && !/^[a-z][a-z0-9_]*$/.test(withoutNames(id, named))) {
    say(`the check's name is "${id}"; wanted are small letters, digits and _`)
  }
  if (severity !== '' && !named.includes(severity) && !Severity.safeParse(severity).success) {
    say(`the severity is "${severity}"; wanted is ${Severity.options.join(', ')}`)
  }
  const thresholds = parts.filter(({ name }) => name === 'threshold').map((part) => thresholdOf(part, say))
  const sql = (end < 0 ? [] : lines.slice(end)).join('\n').trimEnd().replace(/;$/, '')
  if (sql.trim() === '') say('it has no statement below its header')
  if (problems.length > 0) return problems
  return {
    file,
    id,
    severity,
    title: textOf('title'),
    why: textOf('why'),
    rules: textOf('rules'),
    streams: namesIn(textOf('streams')),
    columns: namesIn(textOf('columns')),
    thresholds: thresholds.filter((threshold) => threshold !== undefined),
    family,
    sql,
    firstLine: end + 1,
  }
}

type Say = (problem: string, line?: number) => void

function partsOf(header: readonly string[], say: Say): Part[] {
  const parts: Part[] = []
  for (const [at, line] of header.entries()) {
    const [, name, text] = /^-- ([a-z ]+):(?: (.*))?$/.exec(line) ?? []
    const more = /^-- {3,}(\S.*)$/.exec(line)?.[1]
    if (more !== undefined && parts.length > 0) parts.at(-1)?.more.push(more.trim())
    else if (name !== undefined && KNOWN.includes(name)) {
      if (name !== 'threshold' && parts.some((part) => part.name === name)) say(`"${name}" is there twice`, at + 1)
      parts.push({ name, text: (text ?? '').trim(), more: [], line: at + 1 })
    } else if (line.trim() !== '--') {
      const meant = name === undefined ? undefined : nearest(name, KNOWN)
      const hint = meant ? ` (did you mean "${meant}"?)` : ''
      say(`"${line}" is no part of a header${hint}; wanted is "-- name: text" with one of ${KNOWN.join(', ')}`, at + 1)
    }
  }
  return parts
}

function thresholdOf({ text, more, line }: Part, say: Say): Threshold | undefined {
  const [, name, standard, meaning] = /^([a-z][a-z0-9_]*) = (-?[0-9.]+): (.+)$/.exec([text, ...more].join(' ')) ?? []
  if (name !== undefined && meaning !== undefined && !Number.isNaN(Number(standard))) {
    return { name, standard: Number(standard), meaning }
  }
  say(`the threshold is "${text}"; wanted is "name = number: what it means"`, line)
  return undefined
}

function familyOf(part: Part | undefined, say: Say): Family | undefined {
  if (part === undefined) return undefined
  const kind = part.name === 'all in one' ? part.name : 'one check each'
  if (part.text === 'loaded streams' || part.text === 'loaded columns') {
    return { kind, names: FOUND[part.text], rows: part.text }
  }
  const cellsOf = (text: string) => text.split('|').map((cell) => cell.trim())
  const names = cellsOf(part.text)
  const rows = part.more.map(cellsOf)
  if (rows.length === 0) say(`"${part.name}" has no rows below it, indented and with | between their cells`, part.line)
  for (const [at, row] of rows.entries()) {
    if (row.length !== names.length || row.includes('')) {
      say(`"${row.join(' | ')}" isn't a row of ${names.join(' | ')}`, part.line + at + 1)
    }
  }
  return { kind, names, rows }
}

function withoutNames(id: string, named: readonly string[]): string {
  return named.reduce((text, name) => text.replaceAll(name, 'x'), id)
}

function namesIn(text: string): string[] {
  return text === 'none' ? [] : text.split(',').flatMap((name) => name.trim() || [])
}
