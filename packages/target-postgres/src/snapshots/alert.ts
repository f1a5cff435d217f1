import { spawn } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { ConfigError } from '@keap-postgres/protocol'
import type { AlertSettings } from './alert-settings.js'

const WEBHOOK_TIMEOUT_MS = 15_000
const COMMAND_TIMEOUT_MS = 60_000

/** Before the second try, and the third. */
const WAITS_MS = [500, 2000]

type Surroundings = { env: Readonly<Record<string, string | undefined>>; cwd: string }

/**
 * Sends an alert to the webhook and to the command, as far as they are set.
 *
 * @throws {ConfigError} when one of them doesn't take it: nobody should believe that they would have been told
 */
export async function deliverAlert(
  { webhook, command }: AlertSettings,
  alert: Readonly<Record<string, unknown>>,
  surroundings: Surroundings,
): Promise<void> {
  const text = JSON.stringify(alert)
  const failures = await Promise.all([
    webhook === undefined ? undefined : post(webhook, text),
    command === undefined ? undefined : runCommand(command, text, surroundings),
  ])
  const reasons = failures.filter((reason) => reason !== undefined)
  if (reasons.length === 0) return
  throw new ConfigError(
    `The alert could not be delivered: ${reasons.join('; ')}. What it says is in the log and in the table drift; correct the setting "alert".`,
  )
}

/** Returns why it failed. A server that is busy or broken is asked again, one that refuses isn't. */
async function post(url: string, body: string): Promise<string | undefined> {
  for (let tried = 0; ; tried++) {
    const outcome = await postOnce(url, body)
    const waitMs = WAITS_MS[tried]
    if (outcome === undefined || !outcome.mayPass || waitMs === undefined) return outcome?.reason
    await sleep(waitMs)
  }
}

async function postOnce(url: string, body: string): Promise<{ reason: string; mayPass: boolean } | undefined> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
      signal: AbortSignal.timeout(WEBHOOK_TIMEOUT_MS),
    })
    await response.body?.cancel()
    if (response.ok) return undefined
    return {
      reason: `the webhook answers ${response.status}`,
      mayPass: response.status === 429 || response.status >= 500,
    }
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
    return { reason: `the webhook can't be reached (${messageOf(cause)})`, mayPass: true }
  }
}

/** Returns why it failed, with the end of what it said. */
async function runCommand(command: string, input: string, { env, cwd }: Surroundings): Promise<string | undefined> {
  return await new Promise((resolve) => {
    const child = spawn(command, { shell: true, env, cwd, timeout: COMMAND_TIMEOUT_MS })
    let said = ''
    for (const output of [child.stdout, child.stderr]) {
      output.setEncoding('utf8').on('data', (text: string) => {
        said = (said + text).slice(-500)
      })
    }
    // A command needn't read what it is told.
    child.stdin.on('error', () => {})
    child.stdin.end(`${input}\n`)
    child.on('error', (error) => resolve(`the command can't be run (${error.message})`))
    child.on('close', (code, signal) => {
      const ended = code === null ? `was ended by ${signal}` : `ended with code ${code}`
      resolve(code === 0 ? undefined : `the command ${ended}${said.trim() === '' ? '' : `: ${said.trim()}`}`)
    })
  })
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
