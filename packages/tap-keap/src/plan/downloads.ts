import path from 'node:path'
import { isThere } from '../files/download-file.js'
import { factsOf, placeOf } from '../files/store-files.js'
import type { Step } from '../walks/list.js'
import { type Amount, atLeast, exactly } from './amount.js'

/** Files that a run would bring. `bytes` is what Keap says of their sizes. */
export type Downloads = { files: Amount; bytes: Amount }

/** A page of the list is looked at for so many files that are to be brought: each costs as much as the page. */
const FILES_FOR_A_PAGE = 100

/**
 * Counts the files of a list that don't lie on the disk yet, and their bytes. Files cost a call each and their list one for
 * a thousand, so it is read on while it pays.
 */
export function countDownloads(filesDir: string) {
  let pages = 0
  let files = 0
  let bytes = 0
  let isAll = false
  return {
    /** Takes in a page of the list. Whether the next one is worth its call. */
    async look({ items, more }: Step): Promise<boolean> {
      pages++
      isAll = !more
      for (const item of items) {
        const facts = factsOf(item)
        if (await isThere(path.join(filesDir, placeOf(item)), facts)) continue
        files++
        bytes += facts.size ?? 0
      }
      return files >= pages * FILES_FOR_A_PAGE
    },

    /** @param hasOthers there are files that the list doesn't name */
    found: (hasOthers: boolean): Downloads => {
      const amount = isAll && !hasOthers ? exactly : atLeast
      return { files: amount(files), bytes: amount(bytes) }
    },
  }
}
