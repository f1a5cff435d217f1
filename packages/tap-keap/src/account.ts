import { type JsonText, type Log, stringOf } from '@keap-postgres/protocol'
import type { KeapClient } from './keap/client.js'
import { KeapRefusedError, NotAvailableError, RequestError } from './keap/errors.js'
import type { KeapHeaders } from './keap/limits.js'
import { readMembers } from './keap/page.js'

/** Whose data it is, and what time it is there. */
export type Account = {
  /** Keap's name of the account, e.g. `ab123`. */
  tenant: string | undefined
  /** By Keap's clock, in epoch milliseconds: the start of the run. */
  startMs: number
  /** Who has given the credential: `Jane Doe <jane@example.com>`, as far as Keap says. */
  user: string
  /** Undefined when Keap doesn't say. */
  isAdmin: boolean | undefined
  /** The headers of the answer, which say what is left of the quota. */
  headers: KeapHeaders
}

/**
 * The first request of a run: does the credential work, whose is it, and what does Keap's clock say? `userinfo` needs no
 * permission, so a refusal is about the credential itself.
 *
 * @throws {KeapRefusedError} when Keap can't be reached or refuses
 */
export async function openAccount(client: KeapClient, baseUrl: string, log: Log, now: () => number): Promise<Account> {
  const url = `${baseUrl}/v2/oauth/connect/userinfo`
  const answer = await client.get(url, {}, readMembers).catch((error: unknown) => {
    throw refusal(error)
  })
  const user = answer.value
  const isAdmin = { true: true, false: false }[user.get('is_admin') ?? '']
  if (isAdmin === false) {
    log.warn("The credential's user is not an admin: Keap hides rows that this user may not see, without saying so.")
  }
  return {
    tenant: answer.tenant?.split('.')[0] ?? textOf(user.get('tenant_id')),
    startMs: answer.dateMs ?? now(),
    user: nameOfUser(user),
    isAdmin,
    headers: answer.headers,
  }
}

function nameOfUser(user: ReadonlyMap<string, JsonText>): string {
  const [given, family, email] = ['given_name', 'family_name', 'email'].map((key) => textOf(user.get(key)))
  const parts = [given, family, email && `<${email}>`].filter((part) => part)
  return parts.length > 0 ? parts.join(' ') : 'a user without a name'
}

function refusal(error: unknown): unknown {
  if (error instanceof NotAvailableError && error.status !== 404) {
    return new KeapRefusedError(
      `Keap refused the credential: ${error.message}. Check that it is whole, not revoked, and meant for this account ` +
        '(Settings → API in Keap shows the keys).',
    )
  }
  if (error instanceof RequestError) {
    return new KeapRefusedError(`Keap can't be read: ${error.message}. Check base_url and the network, then run again.`)
  }
  return error
}

function textOf(text: string | undefined): string | undefined {
  return text?.startsWith('"') ? stringOf(text) : undefined
}
