import './navigator.js'
import './small-heap.js'

// Only now: all that is imported by a statement is loaded before the first of it runs, and the heap has grown by then.
const { armBoundary, DIE_AT } = await import('@keap-postgres/protocol')
const { runCli } = await import('./cli.js')

const stop = new AbortController()
// A second signal changes nothing: what has been read is being committed already.
for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => stop.abort())
// A reader that has gone is noticed by the write that fails.
process.stdout.on('error', () => {})

armBoundary(process.env[DIE_AT], () => process.kill(process.pid, 'SIGKILL'))

process.exitCode = await runCli({
  argv: process.argv.slice(2),
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  cwd: process.cwd(),
  signal: stop.signal,
})
