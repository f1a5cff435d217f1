import type { Writable } from 'node:stream'
import { ExitError, type JsonText, type Log, type Message, writeMessages } from '@keap-postgres/protocol'
import { openAccount } from './account.js'
import type { TapConfig } from './config.js'
import { boundLists } from './contexts.js'
import { jsonSchemaOf } from './discover.js'
import { KeapRefusedError, NotAvailableError, RequestError } from './keap/errors.js'
import { openList } from './lists.js'
import { maskSelection } from './mask/mask-selection.js'
import { type Keap, openKeap } from './open-keap.js'
import { digitsAt, stringAt } from './pointer.js'
import type { Context } from './project.js'
import { quotaLeft } from './quota-left.js'
import { recordMaker } from './records.js'
import type { Selected, Selection } from './select.js'
import type { SignInSurroundings } from './sign-in/open-sign-in.js'
import { type StreamName, streams } from './streams.js'
import { walk } from './walks/walk.js'

export type TestOptions = SignInSurroundings & { config: TapConfig; selection: Selection; out: Writable }

/** Of one list: its first item, when it has one, and what its path was bound to. */
type FirstItem = { item: JsonText | undefined; context: Context }

/**
 * Tries a config, as the Singer SDK's `--test` does: says whose credential it is and what is left of the quota, then asks each
 * selected list for one record and writes it, below the stream's SCHEMA. No STATE: nothing that this writes counts.
 *
 * @throws {ConfigError} a credential is missing
 * @throws {KeapRefusedError} Keap refuses or can't be reached, or some of the streams can't be read
 * @throws {QuotaSpentError} the day's quota is spent
 * @throws {ExitError} 130, when it was stopped
 */
export async function testConnection(options: TestOptions): Promise<void> {
  try {
    await tryEach(options)
  } catch (error) {
    throw options.signal.aborted ? new ExitError(130, 'Stopped before everything was tried.') : error
  }
}

async function tryEach(options: TestOptions): Promise<void> {
  const { log, signal } = options
  const { selection } = maskSelection(options.selection, options.config)
  const keap = openKeap(options)
  try {
    const account = await openAccount(keap.client, keap.baseUrls.v2, log, Date.now)
    const { tenant = 'an account that Keap gives no name', user, isAdmin } = account
    log.info(`account: ${tenant}`, { account: tenant })
    log.info(`user: ${user}${isAdmin ? ', an admin' : ''}`, { user, admin: isAdmin })
    log.info(`quota: ${quotaLeft(account.headers) ?? 'Keap says nothing about it'}`)

    const firstOf = firstItems(keap, log)
    const failed: StreamName[] = []
    for (const selected of selection.streams) {
      signal.throwIfAborted()
      if (!(await testStream(selected, firstOf, options))) failed.push(selected.name)
    }
    if (failed.length > 0) {
      throw new KeapRefusedError(
        `The credential works, but ${failed.length} of ${selection.streams.length} streams can't be read: ${failed.join(', ')} ` +
          "(the reasons are above). Use an admin's credential, or leave them out with the setting streams or a catalog.",
      )
    }
    log.info(`all is well: ${selection.streams.length} streams tried`)
  } finally {
    await keap.close()
  }
}

/** Writes what a stream's columns are, and nothing more: needs neither a credential nor a network. */
export async function writeSchemas(selection: Selection, out: Writable): Promise<void> {
  await writeMessages(out, selection.streams.map(schemaOf))
}

/** Whether Keap gives the stream, as far as one record shows. */
async function testStream(
  selected: Selected,
  firstOf: (name: StreamName) => Promise<FirstItem | undefined>,
  { out, log, signal }: TestOptions,
): Promise<boolean> {
  const { name } = selected
  const { inside, storesFiles, optional, parent } = streams[name]
  try {
    const first = await firstOf((inside?.stream as StreamName | undefined) ?? name)
    // A record of `file_data` would bring the file's bytes along.
    const record = first?.item === undefined || storesFiles ? undefined : recordOf(selected, first.item, first.context)
    await writeMessages(out, [schemaOf(selected), ...(record ? [record] : [])])
    if (storesFiles) log.info(`${name}: listed, no bytes asked for`)
    else log.info(`${name}: ${record ? 'a record' : first ? 'no record' : `no record in ${parent?.stream} to ask for`}`)
    return true
  } catch (error) {
    if (signal.aborted || !(error instanceof RequestError)) throw error
    // One parent without the list says nothing about the others.
    if (error instanceof NotAvailableError && error.status !== 401 && (optional || parent)) {
      log.warn(`${name}: this account or credential doesn't have it. ${error.message}`, { stream: name })
      return true
    }
    log.error(`${name}: ${error.message}`, { stream: name })
    return false
  }
}

function schemaOf({ name, columns }: Selected): Message {
  return { type: 'SCHEMA', stream: name, schema: jsonSchemaOf(columns), key_properties: [...streams[name].key] }
}

function recordOf(selected: Selected, item: JsonText, context: Context): Message | undefined {
  const [record] = recordMaker(selected).batch([{ item, context }]).records
  return record && { type: 'RECORD', stream: selected.name, record }
}

/** Asks each list at most once, however many streams are made of it. Undefined for a fan-out whose parents are none. */
function firstItems(keap: Keap, log: Log): (name: StreamName) => Promise<FirstItem | undefined> {
  const asked = new Map<StreamName, Promise<FirstItem | undefined>>()

  async function ask(name: StreamName): Promise<FirstItem | undefined> {
    const stream = streams[name]
    const parentIds = stream.parent && (await firstParent(stream.parent))
    const [bound] = boundLists(stream, parentIds)
    if (bound === undefined) return undefined
    const { path, filter, context } = bound
    const list = openList({ ...keap, stream, path, filter, now: Date.now, log })
    const everything = { sinceMs: undefined, from: {} }
    for await (const { items } of walk({ ...list, pageSize: 1 }, stream, everything)) return { item: items[0], context }
    return { item: undefined, context }
  }

  async function firstParent({ stream, id }: { stream: string; id: string }): Promise<string[]> {
    const first = await firstOf(stream as StreamName)
    const found = first?.item && (digitsAt(first.item, id) ?? stringAt(first.item, id))
    return found === undefined ? [] : [found]
  }

  function firstOf(name: StreamName): Promise<FirstItem | undefined> {
    const asking = asked.get(name) ?? ask(name)
    asked.set(name, asking)
    return asking
  }

  return firstOf
}
