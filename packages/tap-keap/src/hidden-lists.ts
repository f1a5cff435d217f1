import type { Log } from '@keap-postgres/protocol'
import { type BoundList, compareIds } from './contexts.js'
import type { KeapClient } from './keap/client.js'
import { type BaseUrls, openList } from './lists.js'
import { digitsAt } from './pointer.js'
import type { Stream } from './stream.js'
import { streams } from './streams.js'

export type HiddenListOptions = {
  client: KeapClient
  baseUrls: BaseUrls
  log: Log
  now: () => number
  /** `auto`: the lists are read when a probe finds something in them. */
  byParent: 'auto' | 'always' | 'never'
  /** All ids of the parents' stream. */
  parentIds: () => Promise<readonly string[]>
}

/** Those that were changed last are asked: people work on them. */
const PROBED = 20

/**
 * The lists that hold what a stream's own list may leave out, a list for each parent: asked for when that list has shown
 * nothing of theirs. Says in the log what was found, and what is read.
 *
 * @returns `calls`: those of the probe
 */
export async function hiddenLists(
  stream: Stream,
  hides: NonNullable<Stream['hides']>,
  options: HiddenListOptions,
): Promise<{ lists: BoundList[]; calls: number }> {
  const { byParent, log } = options
  if (byParent === 'never') {
    log.warn(`${stream.path} shows no file of a contact; files_by_contact is never, so no contact is asked for its own`)
    return { lists: [], calls: 0 }
  }
  const probe = byParent === 'auto' ? await probeParents(stream, hides, options) : { found: true, calls: 0 }
  if (!probe.found) return { lists: [], calls: probe.calls }
  const ids = await options.parentIds()
  const why =
    byParent === 'auto' ? `leaves out what belongs to ${hides.stream}` : 'may leave out some (files_by_contact: always)'
  log.warn(
    `${stream.path} ${why}: now asking for each of ${ids.length} ${hides.stream}. New ones come with complete scans only ` +
      '(full_scan_days).',
  )
  const lists = [...ids].sort(compareIds).map((id) => {
    return { key: id, path: stream.path, filter: [`${hides.filter}==${id}`], context: {} }
  })
  return { lists, calls: probe.calls }
}

/** Whether some of the parents have lists of their own, and the calls that it took to find out. */
export async function probeParents(
  stream: Stream,
  hides: NonNullable<Stream['hides']>,
  options: Omit<HiddenListOptions, 'byParent' | 'parentIds'>,
): Promise<{ found: boolean; calls: number }> {
  const parent = streams[hides.stream as keyof typeof streams]
  const parents = openList({ ...options, stream: { ...parent, fields: ['id'] }, path: parent.path, filter: [] })
  const { items } = await parents.fetch({ order_by: `${hides.newest} desc`, page_size: PROBED })
  let calls = 1
  for (const item of items) {
    const filter = `${hides.filter}==${digitsAt(item, hides.id)}`
    const page = await openList({ ...options, stream, path: stream.path, filter: [] }).fetch({ filter, page_size: 1 })
    calls++
    if (page.items.length > 0) return { found: true, calls }
  }
  options.log.info(
    `${stream.path} shows nothing of ${hides.stream}, and the ${items.length} that changed last have nothing: taken as there ` +
      'being none. To ask for each: files_by_contact: always',
  )
  return { found: false, calls }
}
