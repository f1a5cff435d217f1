import type { ReadWindow } from '../bookmarks.js'
import { boundLists } from '../contexts.js'
import { RequestError } from '../keap/errors.js'
import type { Selected } from '../select.js'
import type { Stream } from '../stream.js'
import { type StreamName, streams } from '../streams.js'
import type { Traces } from './fan-out.js'
import { listCost, nothingBut, type PlannedStream, type Planning } from './planned.js'
import { type Survey, surveyList } from './survey.js'
import { tally } from './tally.js'

export type KnownLists = ReturnType<typeof knownLists>

/** The lists that other streams' numbers follow from, each surveyed once: as the run reads it, or for this alone. */
export function knownLists(run: Planning, selected: readonly Selected[]) {
  const surveys = new Map<StreamName, Promise<Survey>>()
  const listed = new Set<StreamName>()
  const listings: PlannedStream[] = []
  const sources = new Set(selected.map(({ name }) => streams[name].mirror?.stream))
  const parents = new Set(selected.map(({ name }) => streams[name].parent?.stream))
  const window: ReadWindow = { sinceMs: undefined, untilMs: run.timing.startMs, from: {} }

  function wholeOf(name: StreamName): Promise<Survey> {
    const survey = surveys.get(name) ?? ask(name)
    surveys.set(name, survey)
    return survey
  }

  async function ask(name: StreamName): Promise<Survey> {
    const stream = streams[name]
    const [list] = boundLists(stream)
    if (list === undefined) throw new RequestError(`${name} is no single list`)
    return surveyList(run, { stream, list, window }, { wantsSample: sources.has(name) })
  }

  return {
    /** Lists that the run reads for their ids alone. */
    listings: (): readonly PlannedStream[] => listings,

    /** Whether its records tell of other streams' rows, so that some from all over the list are wanted. */
    isSource: (name: StreamName): boolean => sources.has(name),

    /** A list that the run reads whole. Its ids are kept where it is a parent. */
    isRead(name: StreamName, survey: Survey): void {
      surveys.set(name, Promise.resolve(survey))
      if (parents.has(name)) listed.add(name)
    },

    /**
     * The records whose ids a stream needs. What the run doesn't read whole for itself is listed once.
     *
     * @throws {RequestError} when they can't be
     */
    async parentsOf(name: StreamName): Promise<Survey> {
      const isFirst = !listed.has(name)
      listed.add(name)
      const listing = { stream: name, idsOnly: true as const }
      try {
        const survey = await wholeOf(name)
        if (isFirst) listings.push({ ...listing, ...listCost(streams[name], survey) })
        return survey
      } catch (error) {
        const isOptional = streams[name].optional
        if (isFirst && error instanceof RequestError)
          listings.push({ ...listing, ...nothingBut(error, { isOptional }) })
        throw error
      }
    },

    /** What another stream's records tell of a stream's rows; undefined when they can't be had, or tell nothing. */
    async tracesOf({ mirror }: Stream): Promise<Traces | undefined> {
      if (mirror === undefined) return undefined
      const survey = await wholeOf(mirror.stream as StreamName).catch(unlessRefused)
      if (survey === undefined) return undefined
      const { sample, rows } = survey
      return { of: mirror.stream, tally: tally(sample, mirror.items), sampled: sample.length, records: rows }
    },
  }
}

function unlessRefused(error: unknown): undefined {
  if (!(error instanceof RequestError)) throw error
}
