import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { chmod, chown, mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { after, before, test } from 'node:test'
import { promisify } from 'node:util'
import { Config } from '../config.js'
import { chooseConnection, type ServerChoice } from './choose-connection.js'
import { connect } from './connect.js'
import { type Embedded, startEmbedded } from './embedded/start-embedded.js'

const exec = promisify(execFile)
/** The certificates are made here; a test that can't have any says so. */
const skip = await exec('openssl', ['version']).then(
  () => false,
  () => 'openssl is not installed',
)
const silent = { debug() {}, info() {}, warn() {}, error() {} }

let folder: string
let plain: Embedded
let secured: Embedded

const file = (name: string) => path.join(folder, name)
const openssl = (...args: string[]) => exec('openssl', args, { cwd: folder })

/** An authority, and a certificate of its making for each name; all of them good for a day. */
async function makeAuthority(name: string, ...certificates: [name: string, subject: string, names: string][]) {
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
  const self = ['req', '-x509', ...key, '-days', '1']
  await openssl(...self, '-subj', `/CN=${name}`, '-keyout', `${name}.key`, '-out', `${name}.crt`)
  for (const [own, subject, names] of certificates) {
    await openssl('req', ...key, '-subj', `/CN=${subject}`, '-keyout', `${own}.key`, '-out', `${own}.csr`)
    await writeFile(file(`${own}.ext`), `subjectAltName=${names}\n`)
    const by = ['-CA', `${name}.crt`, '-CAkey', `${name}.key`, '-CAcreateserial', '-days', '1']
    await openssl('x509', '-req', '-in', `${own}.csr`, ...by, '-extfile', `${own}.ext`, '-out', `${own}.crt`)
  }
}

before(async () => {
  if (skip) return
  folder = await mkdtemp(path.join(tmpdir(), 'keap-tls-'))
  await chmod(folder, 0o755)
  await makeAuthority('authority', ['server', 'server', 'DNS:localhost'], ['client', 'postgres', 'DNS:client'])
  await makeAuthority('stranger')
  plain = await startEmbedded({ dir: file('plain'), log: silent, serverFlags: ['-c', 'fsync=off'] })
  const other = await startEmbedded({ dir: file('secured'), log: silent })
  await other.stop()
  const { uid, gid } = await stat(other.dir)
  // Postgres takes a key only of its own, that nobody else may read.
  await chown(file('server.key'), uid, gid)
  await chmod(file('server.key'), 0o600)
  const hba = file('hba.conf')
  await writeFile(hba, 'host postgres all 127.0.0.1/32 scram-sha-256\nhostssl keap all 127.0.0.1/32 scram-sha-256\n')
  const settings = {
    ssl: 'on',
    fsync: 'off',
    ssl_cert_file: file('server.crt'),
    ssl_key_file: file('server.key'),
    ssl_ca_file: file('authority.crt'),
    hba_file: hba,
  }
  const serverFlags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  secured = await startEmbedded({ dir: file('secured'), log: silent, serverFlags })
})

after(async () => {
  await plain?.stop()
  await secured?.stop()
  if (folder) await rm(folder, { recursive: true, force: true })
})

/** The server by the name `localhost`, or another one. */
function choose(server: Embedded, query: string, { host = 'localhost', env = {} } = {}): ServerChoice {
  const url = new URL(server.url)
  url.hostname = host
  url.search = query
  const choice = chooseConnection(Config.parse({ database_url: url.href }), env)
  assert.equal(choice.kind, 'server')
  return choice as ServerChoice
}

/** Whether the connection that comes about is encrypted. */
async function isEncrypted(choice: ServerChoice): Promise<boolean> {
  await using client = await connect(choice)
  const { rows } = await client.query('select ssl from pg_stat_ssl where pid = pg_backend_pid()')
  return rows[0]?.ssl
}

function refused(choice: ServerChoice, message: RegExp) {
  return assert.rejects(connect(choice), { name: 'ConfigError', message })
}

test('verify-full connects to the name that the authority has vouched for', { skip }, async () => {
  assert.equal(await isEncrypted(choose(secured, `sslmode=verify-full&sslrootcert=${file('authority.crt')}`)), true)
  const env = { PGSSLMODE: 'verify-full', PGSSLROOTCERT: file('authority.crt') }
  assert.equal(await isEncrypted(choose(secured, '', { env })), true)
})

test('verify-full refuses another name, verify-ca takes it', { skip }, async () => {
  const root = `sslrootcert=${file('authority.crt')}`
  const host = '127.0.0.1'
  await refused(choose(secured, `sslmode=verify-full&${root}`, { host }), /certificate for another name.*127\.0\.0\.1/)
  assert.equal(await isEncrypted(choose(secured, `sslmode=verify-ca&${root}`, { host })), true)
})

test('an authority that nobody named is refused, with what to set', { skip }, async () => {
  const unknown = /authority that isn't trusted here.*Set sslrootcert/
  await refused(choose(secured, 'sslmode=verify-full'), unknown)
  for (const mode of ['require', 'verify-ca', 'verify-full']) {
    await refused(choose(secured, `sslmode=${mode}&sslrootcert=${file('stranger.crt')}`), unknown)
  }
})

test('require encrypts, whoever made the certificate', { skip }, async () => {
  assert.equal(await isEncrypted(choose(secured, 'sslmode=require')), true)
})

test('a server without TLS is refused by all that want it, and taken by prefer', { skip }, async () => {
  for (const mode of ['require', 'verify-full']) await refused(choose(plain, `sslmode=${mode}`), /has no TLS/)
  assert.equal(await isEncrypted(choose(plain, 'sslmode=prefer')), false)
  assert.equal(await isEncrypted(choose(secured, 'sslmode=prefer')), true)
})

test('a server that wants TLS says so to who comes without', { skip }, async () => {
  await refused(choose(secured, 'sslmode=disable'), /no encryption.*sslmode/)
})

test('a server is shown the certificate of its client', { skip }, async () => {
  const own = `sslcert=${file('client.crt')}&sslkey=${file('client.key')}`
  await using client = await connect(choose(secured, `sslmode=verify-full&sslrootcert=${file('authority.crt')}&${own}`))
  const { rows } = await client.query('select client_dn from pg_stat_ssl where pid = pg_backend_pid()')
  assert.deepEqual(rows, [{ client_dn: '/CN=postgres' }])
})

test('what would verify nothing, a file that is not there and a mode that there is not are refused', { skip }, () => {
  assert.throws(() => choose(plain, 'sslmode=verify-ca'), { name: 'ConfigError', message: /sslmode is verify-ca/ })
  assert.throws(() => choose(plain, 'sslmode=require&sslrootcert=system'), { message: /sslmode is require/ })
  assert.throws(() => choose(plain, 'sslmode=verify-full&sslrootcert=no.pem'), { message: /sslrootcert can't be read/ })
  assert.throws(() => choose(plain, 'sslmode=verify'), { message: /sslmode is "verify"; wanted is one of disable/ })
})
