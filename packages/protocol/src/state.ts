import { z } from 'zod'

/** How far one stream has come. The named members are those that Meltano reads; a tap may keep more beside them. */
export const Bookmark = z.looseObject({
  replication_key: z.string().optional(),
  replication_key_value: z.string().optional(),
})
export type Bookmark = z.infer<typeof Bookmark>

/** A tap's state: a bookmark per stream. */
export const State = z.looseObject({ bookmarks: z.record(z.string(), Bookmark).default({}) })
export type State = z.infer<typeof State>
