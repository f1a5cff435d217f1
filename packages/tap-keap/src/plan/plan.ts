import { RequestError } from '../keap/errors.js'
import { windowOf } from '../reading-window.js'
import type { Selected } from '../select.js'
import { streams } from '../streams.js'
import { freshUntilOf, groups } from '../sync.js'
import { type Amount, exactly, total } from './amount.js'
import { knownLists } from './known-lists.js'
import { type ListPlan, planList } from './plan-list.js'
import { planLists } from './plan-lists.js'
import { modeOf, nothingBut, type PlannedStream, type Planning } from './planned.js'

export type Plan = { streams: readonly PlannedStream[]; rows: Amount; calls: Amount }

/** A run begins with a call that tells whose account it is. */
const OPENING = exactly(1)

/**
 * Asks for the first page of each list that a run would read, and for as little more as tells how long the lists are. Says
 * of each stream how many rows and calls the run would be. Of a fan-out, the first page is that of its first list.
 *
 * @throws {ExitError} when nothing more can be asked: the quota is spent, the sign-in refused
 */
export async function planRun(run: Planning, selected: readonly Selected[]): Promise<Plan> {
  const known = knownLists(run, selected)
  const planned: PlannedStream[] = []
  const all = groups(selected)
  run.progress.planned(all.size)
  for (const [name, own] of all) {
    run.stop.throwIfAborted()
    const { parent, each } = streams[name]
    const plan = { name, own, window: windowOf(run, streams[name], own).window }
    const freshUntil = freshUntilOf(run, name, own)
    try {
      if (freshUntil !== undefined) planned.push(...leftAlone(plan, freshUntil))
      else planned.push(...(await (parent || each ? planLists : planList)(run, known, plan)))
    } catch (error) {
      if (!(error instanceof RequestError)) throw error
      planned.push(...troubled(plan, error))
    }
    run.progress.ended()
  }
  const lines = [...planned, ...known.listings()]
  return {
    streams: lines,
    rows: total(planned.map(({ rows }) => rows)),
    calls: total([OPENING, ...lines.map(({ calls }) => calls)]),
  }
}

/** Whether some streams that would be read could not be. */
export function hasFailed({ streams: planned }: Plan): boolean {
  return planned.some(({ trouble }) => trouble?.kind === 'failed')
}

function leftAlone({ own }: ListPlan, untilMs: number): PlannedStream[] {
  const reason = `read lately; again from ${new Date(untilMs).toISOString()} on`
  const trouble = { kind: 'fresh' as const, reason }
  return own.map(({ name }) => ({ stream: name, rows: exactly(0), calls: exactly(0), how: '', trouble }))
}

/** The parents of a fan-out have a line of their own, which has their call. */
function troubled({ own, window }: ListPlan, error: RequestError): PlannedStream[] {
  return own.map(({ name }, at) => {
    const { optional: isOptional, parent } = streams[name]
    const calls = at === 0 && parent === undefined ? 1 : 0
    return { stream: name, ...modeOf(window), ...nothingBut(error, { isOptional, calls }) }
  })
}
