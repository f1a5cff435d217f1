import { boundLists, listsLeft } from '../contexts.js'
import { NotAvailableError } from '../keap/errors.js'
import type { Stream } from '../stream.js'
import { type StreamName, streams } from '../streams.js'
import { exactly } from './amount.js'
import { planFanOut } from './fan-out.js'
import type { KnownLists } from './known-lists.js'
import { countLeft } from './lists-left.js'
import type { ListPlan } from './plan-list.js'
import { modeOf, type PlannedStream, type Planning } from './planned.js'
import { firstPage, idsIn } from './survey.js'

/** Plans a stream that is made of many lists: one for each record of another stream, or for each of some fixed values. */
export async function planLists(
  run: Planning,
  known: KnownLists,
  { name, own, window }: ListPlan,
): Promise<PlannedStream[]> {
  const stream = streams[name]
  const { parent, each } = stream
  const parents = parent && (await known.parentsOf(parent.stream as StreamName))
  const ids = parents && parent ? idsIn(parents, parent.id) : (each?.values ?? [])
  const lists = countLeft(stream, parents?.rows ?? exactly(ids.length), ids, window.from)
  const [list] = listsLeft(boundLists(stream, ids), window.from)
  const step = list && (await firstPage(run, { stream, list, window }).catch(unlessGone))
  if (step && list) await run.onFirstPage({ selected: own, step, context: list.context, window })
  // Traces tell of all rows, not of those that changed, or are left.
  const isWhole = window.sinceMs === undefined && window.from.list === undefined
  const traces = isWhole ? await known.tracesOf(stream) : undefined
  const callMs = step && { callMs: step.page.answer.ms }
  return own.map((one) => ({
    stream: one.name,
    ...modeOf(window),
    ...planFanOut(stream, lists, step, traces),
    how: traces ? `a sample of ${traces.of}` : howMany(stream),
    ...callMs,
  }))
}

function howMany({ parent, each }: Stream): string {
  if (parent) return `a list for each of ${parent.stream}`
  return each && each.values.length > 1 ? `a list for each ${each.param}` : 'the whole answer'
}

/** One list of many may be gone, and the run goes on with the others. */
function unlessGone(error: unknown): undefined {
  if (!(error instanceof NotAvailableError) || error.status === 401) throw error
}
