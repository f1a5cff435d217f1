import { armBoundary, DIE_AT } from '@keap-postgres/protocol'
import { runCli } from './cli.js'
import { CLEAR_BELOW } from './progress/screen.js'

const stop = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    if (stop.signal.aborted) {
      if (process.stderr.isTTY) process.stderr.write(CLEAR_BELOW)
      process.exit(130)
    }
    stop.abort(new Error(signal))
  })
}
// Without a listener a broken pipe would end the process as if it were a bug; writers see it as their own failure.
process.stdout.on('error', () => {})

armBoundary(process.env[DIE_AT], () => process.kill(process.pid, 'SIGKILL'))

process.exitCode = await runCli({
  argv: process.argv.slice(2),
  env: process.env,
  cwd: process.cwd(),
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  stop: stop.signal,
})
