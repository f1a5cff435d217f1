import type { Log } from '@keap-postgres/protocol'
import type { Bookmarks, Timing } from './bookmarks.js'
import type { KeapClient } from './keap/client.js'
import type { BaseUrls } from './lists.js'
import type { Output } from './output.js'
import type { Watch } from './progress/watch.js'

/** What all streams of a run share. */
export type Run = {
  client: KeapClient
  baseUrls: BaseUrls
  bookmarks: Bookmarks
  output: Output
  log: Log
  timing: Timing
  /** In a first run, nothing older is read where Keap can filter; epoch milliseconds. */
  startDateMs: number | undefined
  now: () => number
  /** Whether complete scans ask for the files of each contact. */
  filesByContact: 'auto' | 'always' | 'never'
  /** Where files go that are downloaded. */
  filesDir: string
  /** Sees each page that was written. */
  watch: Watch
  /** Aborted when the run is to end: the page that has come is written out, no other is waited for. */
  stop: AbortSignal
}
