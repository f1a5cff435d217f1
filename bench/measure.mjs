import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { pathToFileURL } from 'node:url'

/** What Node writes when it ends: its peak memory, in KiB. */
const NODE_PEAK = `import { writeFileSync } from 'node:fs'
process.on('exit', () => writeFileSync(process.env.BENCH_PEAK_FILE, String(process.resourceUsage().maxRSS)))
`

/** Runs a Python program as its shebang would, and writes its peak memory, in KiB. */
const PYTHON_PEAK = `import os, resource, runpy, sys
sys.argv = sys.argv[1:]
try:
    runpy.run_path(sys.argv[0], run_name="__main__")
finally:
    with open(os.environ["BENCH_PEAK_FILE"], "w") as file:
        file.write(str(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss))
`

/** Runs programs to their end, in `dir`, and measures them. */
export function programs(dir) {
  const files = {
    node: path.join(dir, 'peak.mjs'),
    python: path.join(dir, 'peak.py'),
    peak: path.join(dir, 'peak.kib'),
  }
  writeFileSync(files.node, NODE_PEAK)
  writeFileSync(files.python, PYTHON_PEAK)

  async function run(command, args, { stdin = 'ignore', env = {} }) {
    rmSync(files.peak, { force: true })
    const started = performance.now()
    const child = spawn(command, args, {
      stdio: [stdin, 'ignore', 'pipe'],
      env: { PATH: process.env.PATH, ...env, BENCH_PEAK_FILE: files.peak },
    })
    const [said, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')])
    const seconds = (performance.now() - started) / 1000
    if (code !== 0) {
      throw new Error(`${[command, ...args].join(' ')} ended with exit code ${code}:\n${said.slice(-2000)}`)
    }
    return { seconds, peakMib: Number(readFileSync(files.peak, 'utf8')) / 1024 }
  }

  return {
    node(args, { env }) {
      const preload = `--import=${pathToFileURL(files.node).href}`
      return run(process.execPath, args, { env: { ...env, NODE_OPTIONS: preload } })
    },

    async python(python, args, { input }) {
      const stdin = openSync(input, 'r')
      try {
        return await run(python, [files.python, ...args], { stdin })
      } finally {
        closeSync(stdin)
      }
    },
  }
}

export async function timed(act) {
  const started = performance.now()
  await act()
  return { seconds: (performance.now() - started) / 1000 }
}

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
}
