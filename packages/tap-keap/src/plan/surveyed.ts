import type { ReadWindow } from '../bookmarks.js'
import type { BoundList } from '../contexts.js'
import type { Stream } from '../stream.js'

/** A list of a stream, and what is read of it. */
export type Surveyed = { stream: Stream; list: BoundList; window: ReadWindow }
