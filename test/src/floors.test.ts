import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../', import.meta.url))

/** What each package may import of the others: the floors of the house. */
const floors: Record<string, string[]> = {
  protocol: [],
  'tap-keap': ['@keap-postgres/protocol'],
  'target-postgres': ['@keap-postgres/protocol'],
  sandbox: ['@keap-postgres/protocol', 'target-postgres'],
}
const ours = ['@keap-postgres/protocol', '@keap-postgres/sandbox', 'tap-keap', 'target-postgres']

for (const [name, allowed] of Object.entries(floors)) {
  test(`${name} imports only the floors below it: ${allowed.join(', ') || 'none'}`, () => {
    const seen = sources(name).flatMap((file) => imports(file).filter((from) => ours.some((one) => isOf(from, one))))
    assert.ok(sources(name).length > 5)
    assert.deepEqual(
      seen.filter((from) => !allowed.includes(from)),
      [],
    )
  })
}

test('the tap’s HTTP floor and the target’s dialect import nothing above them, and the dialect no driver', () => {
  for (const folder of ['tap-keap/src/keap', 'target-postgres/src/dialect']) {
    const files = sources(folder.split('/')[0] ?? '').filter((file) => file.includes(path.join(...folder.split('/'))))
    assert.ok(files.length > 3, folder)
    for (const file of files) {
      const above = imports(file).filter((from) => from.startsWith('../') || /^pg(-|$)/.test(from))
      assert.deepEqual(above, [], path.relative(root, file))
    }
  }
})

test('only what starts a process touches it', () => {
  const files = [...sources('protocol'), ...sources('tap-keap'), ...sources('target-postgres')]
  const touching = files.filter((file) => !/(main|testing)\.ts$/.test(file) && /\bprocess\.\w/.test(code(file)))
  assert.deepEqual(
    touching.map((file) => path.relative(root, file)),
    [],
  )
})

function sources(name: string): string[] {
  const folder = path.join(root, 'packages', name, 'src')
  return readdirSync(folder, { recursive: true })
    .map((file) => path.join(folder, String(file)))
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
}

function imports(file: string): string[] {
  return [...code(file).matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map((match) => match[1] ?? '')
}

/** The source without its comments. */
function code(file: string): string {
  return readFileSync(file, 'utf8').replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '')
}

function isOf(from: string, name: string): boolean {
  return from === name || from.startsWith(`${name}/`)
}
