import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'

type Program = 'tap-keap' | 'target-postgres'

/** A command line of one of the two programs, and where it stands: `docs/deployment.md:12`. */
export type Command = { program: Program; args: string[]; where: string }

const texts = /\.(md|mdc|sh|ya?ml|py|service|sql|ts|mjs)$|crontab$|Dockerfile$/

/** Every command line in the README, the documentation and the examples. */
export function commandsIn(root: string): Command[] {
  const below = (folder: string) =>
    readdirSync(path.join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && !/node_modules|dist/.test(entry.parentPath))
      .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)))
  const files = ['README.md', ...below('docs'), ...below('examples')].filter((file) => texts.test(file))
  return files.flatMap((file) => commandsOf(readFileSync(path.join(root, file), 'utf8'), file))
}

/** Those of one text: of Markdown what is code, of anything else every line. */
export function commandsOf(text: string, file: string): Command[] {
  const lines = text.split('\n')
  const isMarkdown = /\.mdc?$/.test(file)
  let isFenced = false
  return lines.flatMap((line, at) => {
    if (line.trimStart().startsWith('```')) isFenced = !isFenced
    const isCode = !isMarkdown || isFenced || line.startsWith('    ')
    const snippets = isCode ? [line] : [...line.matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? '')
    return snippets.flatMap(commandsInLine).map((command) => ({ ...command, where: `${file}:${at + 1}` }))
  })
}

/** What may stand before a command: nothing, an assignment, `npx`, a pipe, a substitution. */
const BEGINNING =
  /(?:^|[|&;(]|\bnpx|\bexec|\brun:|bash_command="|ExecStart=(?:\S*\/)?)\s*(?:[A-Z_]+=(?:'[^']*'|\S*)\s+)*(?<program>tap-keap|target-postgres)(?=$|[\s)`"])(?<rest>[^|;&#`(\n]*)/g

function commandsInLine(line: string): Omit<Command, 'where'>[] {
  return [
    ...line
      .replace(/\s#\s.*$/, '')
      .trim()
      .matchAll(BEGINNING),
  ].map(({ groups }) => ({
    program: groups?.program as Program,
    // What stands further to the right explains it.
    args: wordsOf(groups?.rest?.trim().split(/\s{2,}/)[0] ?? ''),
  }))
}

/** The words of a command up to where its output goes, without the marks that stand for something left out. */
function wordsOf(rest: string): string[] {
  const words: string[] = []
  for (const [, single, double, plain] of rest.matchAll(/'([^']*)'|"([^"]*)"|([^\s'"]+)/g)) {
    const word = single ?? double ?? plain ?? ''
    if (plain !== undefined && /^([<>)]|\d>)/.test(plain)) {
      // `<(…)` is a file; what stands in it is a command of its own.
      if (rest.endsWith('<')) words.push('/dev/stdin')
      break
    }
    const bare = word.replace(/^\[|\]$/g, '').replace(/\)$/, '')
    if (bare !== '' && bare !== '…' && bare !== ',') words.push(bare)
    if (plain?.endsWith(')')) break
  }
  return words
}
