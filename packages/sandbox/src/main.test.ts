import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { startKeap } from './start-keap.js'

const bin = fileURLToPath(new URL('../bin/keap-sandbox.js', import.meta.url))

const output = async (child: ChildProcess, until = /$^/): Promise<string> => {
  let said = ''
  const streams = [child.stdout, child.stderr].filter((stream) => stream !== null)
  for (const stream of streams)
    stream.setEncoding('utf8').on('data', (text: string) => {
      said += text
      if (until.test(said)) child.kill('SIGINT')
    })
  const [code] = await once(child, 'close')
  return `exit ${code}\n${said}`
}

const run = (...args: readonly string[]) => output(spawn(process.execPath, [bin, ...args]))

test('it says the config to copy, serves, and ends cleanly on Ctrl-C', async () => {
  const said = await output(
    spawn(process.execPath, [bin, '--port', '0', '--contacts', '5']),
    /Try it:[\s\S]*page_size=2'\n/,
  )
  assert.match(said, /^exit 0\nA Keap with 5 contacts/)
  assert.match(said, /"api_key": "KeapAK-sandbox",\n\s+"base_url": "http:\/\/127\.0\.0\.1:\d+\/crm\/rest"/)
  assert.match(said, /"refresh_token": "sandbox-refresh-1"/)
})

test('a port that is taken, an unknown option and a bad number each end with exit 2 and one clear paragraph', async () => {
  await using keap = await startKeap({ sizes: { contacts: 1 } })
  assert.match(
    await run('--port', new URL(keap.url).port, '--contacts', '1'),
    /^exit 2\nPort \d+ is taken.*choose another port/,
  )
  assert.match(await run('--prot', '1'), /^exit 2\nUnknown argument: prot\nSee keap-sandbox --help/)
  assert.match(await run('--contacts', 'many'), /^exit 2\n--contacts must be a whole number/)
})
