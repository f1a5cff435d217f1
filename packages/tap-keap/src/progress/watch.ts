import type { Surveyed } from '../plan/surveyed.js'
import type { Step } from '../walks/list.js'
import type { Progress } from './progress.js'

/** A list that is being read. `name`: what it is read for; `of`: how many lists there are, itself included. */
type Watched = Surveyed & { name: string | undefined; of: number }

/** Sees the pages of a run go by. */
export type Watch = {
  planned(lists: number): void
  /** Lets the steps of a list pass, noting each when whoever takes them comes back for the next. */
  list(steps: AsyncGenerator<Step>, watched: Watched): AsyncGenerator<Step>
  /** A stream, and what is read with it, is done with: read, left out or failed. */
  ended(): void
}

/**
 * @param guessRows how many rows a list has, of which the first page was read; absent where nobody is watching
 */
export function watchRun(
  progress: Progress,
  guessRows?: (list: Surveyed, first: Step) => Promise<number | undefined>,
): Watch {
  async function* list(steps: AsyncGenerator<Step>, { name, of, ...surveyed }: Watched): AsyncGenerator<Step> {
    const stream = name ?? surveyed.stream.records
    progress.began(stream, of)
    let pages = 0
    let isRead = false
    try {
      for await (const step of steps) {
        yield step
        progress.page(stream, step.items.length, step.page.answer.attempts)
        if (++pages > 1 || !step.more || of > 1) continue
        const rows = await guessRows?.(surveyed, step)
        if (rows !== undefined) progress.expected(stream, rows)
      }
      isRead = true
    } finally {
      progress.left(stream, isRead)
    }
  }
  return { planned: progress.planned, list, ended: progress.ended }
}
