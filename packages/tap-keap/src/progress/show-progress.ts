import type { BegunRun } from '../begin-run.js'
import { drawProgress } from './draw-progress.js'
import type { Progress } from './progress.js'
import type { Screen } from './screen.js'

/** Draws how far a run is, anew from time to time, until what it returns is called. */
export function showProgress({ traffic, quota, now }: BegunRun, progress: Progress, screen: Screen): () => void {
  return screen.show(() => {
    const made = { calls: traffic.total().calls, leftToday: quota().dayLeft }
    return drawProgress(progress.snapshot(), made, now())
  })
}
