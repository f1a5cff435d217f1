import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const CACHE = fileURLToPath(new URL('../.cache/bench/', import.meta.url))

/** The other Singer targets for Postgres that are in use, with their defaults and with what makes them fastest. */
const PEERS = [
  {
    package: 'meltanolabs-target-postgres',
    variants: {
      defaults: {},
      'COPY, large batches, no checks': {
        use_copy: true,
        batch_size_rows: 100_000,
        validate_records: false,
        add_record_metadata: false,
        activate_version: false,
      },
    },
    config: ({ host, port, user, password, database }) => ({ host, port, user, password, database }),
  },
  {
    package: 'pipelinewise-target-postgres',
    variants: { defaults: {} },
    config: ({ host, port, user, password, database }) => ({ host, port, user, password, dbname: database }),
  },
]

/** psycopg2-binary, which pipelinewise's target pins, has no wheels for Python above 3.11. */
const PYTHONS = ['python3.11', 'python3.10', 'python3.9', 'python3.12', 'python3']

/**
 * Installs the peers, once, each into a virtual environment of its own.
 *
 * @returns those that run, and why the others don't
 */
export function installPeers(log) {
  const python = PYTHONS.find((name) => isUsable(name))
  if (!python) return { peers: [], missing: PEERS.map((peer) => `${peer.package}: no Python 3.9 or newer is there`) }
  const peers = []
  const missing = []
  for (const peer of PEERS) {
    const home = path.join(CACHE, peer.package)
    const bin = path.join(home, 'bin')
    const script = path.join(bin, 'target-postgres')
    if (!existsSync(script)) {
      log(`Installing ${peer.package} …`)
      rmSync(home, { recursive: true, force: true })
      mkdirSync(CACHE, { recursive: true })
      const failed =
        attempt(python, ['-m', 'venv', home]) ?? attempt(path.join(bin, 'pip'), ['install', '--quiet', peer.package])
      if (failed) {
        missing.push(`${peer.package}: ${failed}`)
        continue
      }
    }
    const version = output(path.join(bin, 'pip'), ['show', peer.package]).match(/^Version: (.*)$/m)?.[1]
    peers.push({ ...peer, version, python: path.join(bin, 'python'), script })
  }
  return { peers, missing, pythonVersion: output(python, ['--version']).trim() }
}

/** A peer as a contender: loads a file of messages into a schema. */
export function peerTarget(peer, settings, { database, run, dir, schema }) {
  const { hostname, port, username, password, pathname } = new URL(database.url)
  const connection = {
    host: hostname,
    port: Number(port),
    user: username,
    password: decodeURIComponent(password),
    database: pathname.slice(1),
  }
  const file = path.join(dir, 'peer.config.json')
  return (input) => {
    writeFileSync(file, JSON.stringify({ ...peer.config(connection), default_target_schema: schema, ...settings }))
    return run.python(peer.python, [peer.script, '--config', file], { input })
  }
}

function isUsable(python) {
  const { status } = spawnSync(python, ['-c', 'import sys, venv; sys.exit(sys.version_info < (3, 9))'])
  return status === 0
}

function attempt(command, args) {
  const { status, stderr, error } = spawnSync(command, args, { encoding: 'utf8' })
  return status === 0 ? undefined : (error?.message ?? stderr.trim().split('\n').at(-1))
}

function output(command, args) {
  return spawnSync(command, args, { encoding: 'utf8' }).stdout ?? ''
}
