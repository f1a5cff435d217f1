import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))
const inDocs = readdirSync(path.join(root, 'docs'), { recursive: true }).map((file) => path.join('docs', String(file)))
const pages = ['README.md', ...inDocs.filter((file) => file.endsWith('.md'))]

for (const page of pages) {
  const text = readFileSync(path.join(root, page), 'utf8').replace(/^```.*?^```$/gms, '')

  test(`${page}: every link within the repository leads somewhere`, () => {
    const links = [...text.matchAll(/\]\((?!\w+:)([^)\s]+)\)/g)].map(([, link = '']) => link)
    const dead = links.filter((link) => {
      const [file = '', anchor] = link.split('#')
      const target = path.join(root, file === '' ? page : path.join(path.dirname(page), file))
      return !existsSync(target) || (anchor !== undefined && !anchorsOf(target).includes(anchor))
    })
    assert.deepEqual(dead, [])
  })

  test(`${page}: every file that it names is there`, () => {
    const named = [...text.matchAll(/`((?:packages|test|sql|schemas|scripts|bench|docs|examples)\/[\w./-]+)`/g)]
    const dead = named.map(([, file = '']) => file).filter((file) => !existsSync(path.join(root, file)))
    assert.deepEqual(dead, [])
  })
}

/** The anchors of a page's headings, as GitHub makes them. */
function anchorsOf(file: string): string[] {
  return [...readFileSync(file, 'utf8').matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-'),
  )
}

test('docs/dependencies.md has every dependency of every package, and no other', () => {
  const folders = [
    '.',
    'test',
    'examples/library',
    ...readdirSync(path.join(root, 'packages')).map((one) => `packages/${one}`),
  ]
  const manifests = folders.map((folder) => JSON.parse(readFileSync(path.join(root, folder, 'package.json'), 'utf8')))
  const ours = manifests.map(({ name }) => name)
  const kinds = ['dependencies', 'optionalDependencies', 'devDependencies']
  const needed = manifests.flatMap((manifest) => kinds.flatMap((kind) => Object.keys(manifest[kind] ?? {})))
  const page = readFileSync(path.join(root, 'docs/dependencies.md'), 'utf8')
  const listed = [...page.matchAll(/^\| `([^`]+)` \|/gm)].map(([, name = '']) => name)
  assert.deepEqual(listed.sort(), [...new Set(needed.filter((name) => !ours.includes(name)))].sort())
})
