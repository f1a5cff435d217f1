import { runDemo } from './demo.js'

const stopped = new Promise<void>((resolve) => {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve())
})

await runDemo({
  contacts: 5000,
  cwd: process.cwd(),
  env: Object.fromEntries(
    Object.entries(process.env).filter((pair): pair is [string, string] => pair[1] !== undefined),
  ),
  say: (text) => console.log(text),
  async untilSeen() {
    if (!process.stdout.isTTY) return
    console.log('Postgres stays up until you press Ctrl-C.')
    await stopped
  },
})
