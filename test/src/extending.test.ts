import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const exec = promisify(execFile)
const root = fileURLToPath(new URL('../..', import.meta.url))

test('docs/extending.md works: a stream, a check and a view are added by what it says, and proven', async () => {
  await using copy = await copyOfRepository()
  for (const { language, file, text } of blocksOf(await readFile(path.join(root, 'docs/extending.md'), 'utf8'))) {
    const at = path.join(copy.folder, file)
    if (language === 'diff') await writeFile(at, changed(await readFile(at, 'utf8'), text, file))
    else if (language === 'sh') await run(text, copy.folder)
    else await writeFile(at, text)
  }
})

type Block = { language: string; file: string; text: string }

/** The fenced blocks of a page, in order; a command belongs to the folder itself. */
function blocksOf(page: string): Block[] {
  const blocks = [...page.matchAll(/^```(\w+) ?(\S*)\n(.*?)^```$/gms)]
  assert.ok(blocks.length > 10)
  return blocks.map(([, language = '', file = '', text = '']) => ({ language, file, text }))
}

/** The file with what the block adds and takes away, at the one place where its other lines stand. */
function changed(source: string, diff: string, file: string): string {
  const lines = diff.trimEnd().split('\n')
  const side = (sign: string) =>
    lines.filter((line) => ' '.concat(sign).includes(line[0] ?? '')).map((line) => line.slice(1))
  const [before, after] = [side('-').join('\n'), side('+').join('\n')]
  assert.equal(source.split(before).length, 2, `${file} has this once:\n${before}`)
  return source.replace(before, () => after)
}

async function run(commands: string, cwd: string): Promise<void> {
  const env = { PATH: process.env.PATH, HOME: process.env.HOME, TEST_DATABASE_URL: process.env.DATABASE_URL }
  for (const command of commands.trim().split('\n')) {
    const [program = '', ...words] = command.split(' ')
    await exec(program, words, { cwd, env, maxBuffer: 1e8 }).catch(({ stdout, stderr }) => {
      assert.fail(`${command}:\n${stdout}${stderr}`)
    })
  }
}

/** The repository as it is here, without what was built of it; what is installed is shared. */
async function copyOfRepository() {
  const folder = await mkdtemp(path.join(tmpdir(), 'keap-extending-'))
  const left = new Set(['node_modules', 'dist', '.git', '.cache', 'keap-data', 'packed'])
  await cp(root, folder, { recursive: true, filter: (file) => !left.has(path.basename(file)) })
  await linkModules(path.join(root, 'node_modules'), path.join(folder, 'node_modules'))
  return { folder, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) }
}

/** Links to what is installed; the packages' own links lead into the copy, being relative. */
async function linkModules(from: string, to: string): Promise<void> {
  await mkdir(to, { recursive: true })
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const [source, link] = [path.join(from, entry.name), path.join(to, entry.name)]
    if (entry.isSymbolicLink()) await cp(source, link, { verbatimSymlinks: true })
    else if (entry.isDirectory() && entry.name.startsWith('@')) await linkModules(source, link)
    else await (entry.isFile() ? cp(source, link) : symlink(source, link))
  }
}
