import type { ChildProcess } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { DIE_AT } from '@keap-postgres/protocol'
import { type KeapHandle, type PipelineResult, runTargetPostgres, startPipeline } from '@keap-postgres/sandbox'
import { type Server, withClient } from './server.js'
import type { Strike, Victim } from './strikes.js'

export type World = { keap: KeapHandle; server: Server; cwd: string; env: Record<string, string> }

/** What became of one command. `before` is the state that it went on from. */
export type Attempt = PipelineResult & { before: string; isKilled: boolean }

type Programs = { tap: ChildProcess; target: ChildProcess }

/**
 * `tap-keap --state <(target-postgres state) | target-postgres`, and, unless the run is over before, one death.
 *
 * @param during called once in the middle of it
 */
export async function attempt(
  { keap, server, cwd, env }: World,
  strike: Strike | undefined,
  during: () => void = () => {},
): Promise<Attempt> {
  const { exitCode, stdout: before, stderr } = await runTargetPostgres({ targetArgs: ['state'], env, cwd })
  if (exitCode !== 0) throw new Error(`the state can't be read: ${stderr}`)
  await writeFile(path.join(cwd, 'state.json'), before)

  const dieAt = strike?.kind === 'boundary' ? { [DIE_AT]: `${strike.name}:${strike.count}` } : {}
  const first = keap.requests.entries.length
  const { tap, target, ended } = startPipeline({ tapArgs: ['--state', 'state.json'], env: { ...env, ...dieAt }, cwd })
  let isOver = false
  ended.finally(() => {
    isOver = true
  })
  const whenAsked = async (nth: number) => {
    while (!isOver && keap.requests.entries.length - first < nth) await sleep(2)
    return !isOver
  }
  const working = whenAsked(4).then((isRunning) => isRunning && during())
  let isKilled = false
  if (strike?.kind === 'moment' && (await whenAsked(strike.nth))) {
    await sleep(strike.delayMs)
    if (!isOver) isKilled = await kill(strike.victim, { tap, target }, server)
  }
  const result = await ended
  await working
  await server.whenUp()
  if (strike?.kind === 'boundary') isKilled = tap.signalCode === 'SIGKILL' || target.signalCode === 'SIGKILL'
  return { ...result, before, isKilled }
}

/** Whether there was anything left to kill. */
async function kill(victim: Victim, programs: Programs, server: Server): Promise<boolean> {
  switch (victim) {
    case 'tap':
    case 'target':
      return programs[victim].exitCode === null && programs[victim].kill('SIGKILL')
    case 'server':
      await server.kill()
      // Whether it is back before the programs have given up is up to how long they try.
      server.whenUp().catch(() => {})
      return true
    case 'backend':
    case 'connection':
      return await killBackend(server.url, victim)
  }
}

async function killBackend(url: string, how: 'backend' | 'connection'): Promise<boolean> {
  const pids = await withClient(url, async (client) => {
    const { rows } = await client.query<{ pid: number }>(
      `
      select pid
      from pg_stat_activity
      where application_name = 'target-postgres' and datname = current_database()
      order by md5(pid::text)
      limit 1
      `,
    )
    const [chosen] = rows
    if (chosen && how === 'connection') await client.query('select pg_terminate_backend($1)', [chosen.pid])
    return chosen ? [chosen.pid] : []
  })
  if (how === 'backend') for (const pid of pids) process.kill(pid, 'SIGKILL')
  return pids.length > 0
}
