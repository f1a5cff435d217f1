// Makes a release: versions, CHANGELOG, every check and test, tarballs, commit and tag. Usage: npm run release -- 0.2.0
// It publishes nothing: it ends by saying how.
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { pack } from './pack.mjs'
import { root, run } from './run.mjs'

const UNRELEASED = /^## \S+ — unreleased$/m
const [version = ''] = process.argv.slice(2)
const current = manifestOf('.').version
const folders = [
  ...readdirSync(path.join(root, 'packages')).map((name) => `packages/${name}`),
  'examples/library',
  'test',
]
const names = folders.map((folder) => manifestOf(folder).name)

if (!/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))
  refuse(`"${version}" is no version; wanted is one like 0.2.0, now it is ${current}`)
if (git('status', '--porcelain') !== '') refuse('there are changes that are not committed')
if (git('tag', '--list', `v${version}`) !== '') refuse(`there is a tag v${version} already`)
if (!UNRELEASED.test(read('CHANGELOG.md'))) refuse('CHANGELOG.md has no heading like "## 0.2.0 — unreleased"')

const today = new Date().toISOString().slice(0, 10)
edit('CHANGELOG.md', (text) => text.replace(UNRELEASED, `## ${version} — ${today}`))
// The packages carry one version, and name each other by it.
for (const folder of ['.', ...folders]) edit(path.join(folder, 'package.json'), withVersion)
edit('package-lock.json', withVersion)

run('npm', ['run', 'check'])
run('npm', ['test'])
pack(path.join(root, 'packed'))
git('commit', '--quiet', '--all', '--allow-empty', '--message', `Release ${version}`)
git('tag', `v${version}`)
console.error(`${version} is committed and tagged. To publish it: git push --follow-tags, then`)
for (const file of readdirSync(path.join(root, 'packed'))) console.error(`  npm publish --access public packed/${file}`)

/** Of a manifest, or of the lock file: the versions of what is in this repository. */
function withVersion(text) {
  const ours = ['keap-postgres', ...names].join('|')
  const own = new RegExp(`("name": "(?:${ours})",\\s+"version": )"${current}"`, 'g')
  const needed = new RegExp(`("(?:${ours})": )"${current}"`, 'g')
  return text.replace(own, `$1"${version}"`).replace(needed, `$1"${version}"`)
}

function manifestOf(folder) {
  return JSON.parse(read(path.join(folder, 'package.json')))
}

function read(file) {
  return readFileSync(path.join(root, file), 'utf8')
}

function edit(file, change) {
  writeFileSync(path.join(root, file), change(read(file)))
}

function git(...args) {
  return execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim()
}

function refuse(why) {
  console.error(`No release: ${why}.`)
  process.exit(2)
}
