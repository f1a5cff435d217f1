import { createLog, loadConfig, reportFailure, withDotEnv, writeLine } from '@keap-postgres/protocol'
import { type Arguments, parseArguments } from './arguments.js'
import type { Context, Surroundings } from './commands/context.js'
import { Config } from './config.js'
import { chooseConnection } from './db/choose-connection.js'
import { secretsOf } from './db/connect.js'

const NAME = 'target-postgres'

/** Runs target-postgres and returns its exit code: 0 fine, 1 a bug, 2 configuration, 4 data refused. */
export async function runCli(world: Surroundings): Promise<number> {
  const secrets: string[] = []
  try {
    const parsed = await parseArguments(world.argv)
    if (parsed.command === 'print') {
      await writeLine(world.stdout, parsed.text)
      return 0
    }
    const { cwd, stderr } = world
    const env = await withDotEnv(world.env, cwd)
    const config = await loadConfig({ schema: Config, plugin: NAME, sources: parsed.config, env, cwd })
    const choice = chooseConnection(config, env)
    if (choice.kind === 'server') secrets.push(...secretsOf(choice))
    secrets.push(...secretsIn(parsed, config))
    const log = createLog({ name: NAME, env, secrets, stderr })
    await runCommand(parsed, { world: { ...world, env }, config, log })
    return 0
  } catch (error) {
    return reportFailure(error, { name: NAME, env: world.env, secrets, stderr: world.stderr })
  }
}

/** Beside those of the configured connection. */
function secretsIn(parsed: Arguments, { alert }: Config): string[] {
  const urls = parsed.command === 'diff' ? parsed.operands.flatMap((one) => (one.kind === 'database' ? [one] : [])) : []
  const webhook = alert?.webhook === undefined ? [] : [alert.webhook]
  return [...webhook, ...urls.flatMap(({ server }) => secretsOf(server))]
}

/** A command is loaded when it is asked for: all of them are a third of the modules that a load would wait for. */
async function runCommand(parsed: Exclude<Arguments, { command: 'print' }>, context: Context): Promise<void> {
  switch (parsed.command) {
    case 'load': {
      if (parsed.dryRun) return await (await import('./commands/rehearse.js')).rehearse(parsed, context)
      return await (await import('./commands/load.js')).runLoad(parsed, context)
    }
    case 'state':
      return await (await import('./commands/state.js')).printState(parsed, context)
    case 'serve':
      return await (await import('./commands/serve.js')).serve(context)
    case 'views':
      return await (await import('./commands/views.js')).makeViews(context)
    case 'check':
      return await (await import('./commands/check.js')).runChecks(parsed, context)
    case 'snapshot':
      return await (await import('./commands/snapshot.js')).runSnapshot(parsed, context)
    case 'report':
      return await (await import('./commands/report.js')).makeReport(parsed, context)
    case 'diff':
      return await (await import('./commands/diff.js')).compareContents(parsed, context)
    case 'erase':
      return await (await import('./commands/erase.js')).eraseRecord(parsed, context)
  }
}
