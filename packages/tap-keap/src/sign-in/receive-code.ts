import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { ConfigError, ExitError } from '@keap-postgres/protocol'
import { KeapRefusedError } from '../keap/errors.js'
import { readRedirect } from './authorize.js'
import { listenForRedirect, type Page } from './callback.js'

export type Reception = {
  /** What an answer has to carry. */
  state: string
  /** Where to listen for the browser, if at all; 0 for any free port. */
  port: number | undefined
  /** Where an address or a code may be pasted. */
  input: Readable
  /** Told of what can't be used. */
  say: (text: string) => void
  signal: AbortSignal
}

/**
 * Waits for the code, by whichever way it comes first.
 *
 * @param ready is called when an answer can be taken, with the address of the callback, if there is one
 * @throws {KeapRefusedError} when the user, or Keap, refuses
 * @throws {ConfigError} when the port is taken, or the input ends and there is no other way
 * @throws {ExitError} 130, when `signal` ends it
 */
export async function receiveCode(
  { state, port, input, say, signal }: Reception,
  ready: (callbackUrl: string | undefined) => void,
): Promise<string> {
  const { promise, resolve, reject } = withResolvers<string>()

  function take(text: string): Page {
    const redirect = readRedirect(text, state)
    if ('code' in redirect) {
      resolve(redirect.code)
      return { status: 200, text: 'tap-keap has the code. Close this window and go back to the terminal.' }
    }
    if ('refused' in redirect) {
      reject(refusal(redirect.refused))
      return { status: 200, text: 'Keap gave no consent. Close this window and go back to the terminal.' }
    }
    say(redirect.wrong)
    return { status: 400, text: redirect.wrong }
  }

  const stopped = () => reject(new ExitError(130, 'Stopped before the sign-in was done; nothing has changed.'))
  signal.throwIfAborted()
  await using callback = port === undefined ? undefined : await listenForRedirect(port, take)
  const lines = createInterface({ input, terminal: false })
  lines.on('line', (line) => line.trim() && take(line))
  lines.on('close', () => callback ?? reject(nothingPasted()))
  signal.addEventListener('abort', stopped)
  try {
    ready(callback?.url)
    return await promise
  } finally {
    signal.removeEventListener('abort', stopped)
    lines.close()
  }
}

function refusal(reason: string): KeapRefusedError {
  return new KeapRefusedError(
    `Keap gave no consent (${reason}); nothing has changed. Run tap-keap login again, and allow the access as a user of the ` +
      'account that is to be read, best an admin.',
  )
}

function nothingPasted(): ConfigError {
  return new ConfigError(
    'No code came: the input ended first. Paste the address that the browser ended on, or let tap-keap login listen with --port.',
  )
}

/** `Promise.withResolvers`, which Node 20 hasn't. */
function withResolvers<T>() {
  let resolve: (value: T) => void = () => {}
  let reject: (reason: Error) => void = () => {}
  const promise = new Promise<T>((fulfil, fail) => {
    resolve = fulfil
    reject = fail
  })
  return { promise, resolve, reject }
}
