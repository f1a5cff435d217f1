import { QuotaSpentError } from './errors.js'
import type { Limits } from './limits.js'

export type GateOptions = {
  /** Calls a second until Keap says otherwise. */
  perSecond: number
  now: () => number
  sleep: (ms: number, signal?: AbortSignal) => Promise<void>
}

/** After the minute's calls are used up, look again this often: they come back one by one over 60 seconds. */
const LOOK_AGAIN_MS = 5_000

/**
 * Every request passes here first, one after the other: evenly spaced within the second's limit, held while the minute's
 * is used up, and stopped when the day's quota is spent. The answers' headers are the truth about what is left; requests
 * that aren't answered yet count as spent.
 */
export class Gate {
  readonly #options: GateOptions
  #perSecond: number
  #left: Limits | undefined
  #underWay = 0
  #nextAt = 0
  #turn: Promise<void> = Promise.resolve()

  constructor(options: GateOptions) {
    this.#options = options
    this.#perSecond = options.perSecond
  }

  /**
   * Waits for this request's turn. Call what it returns when the request has ended, well or not.
   *
   * @throws {QuotaSpentError} when nothing is left of the day's quota
   */
  async pass(signal?: AbortSignal): Promise<() => void> {
    const turn = this.#turn.then(() => this.#wait(signal))
    // One caller's failure must not keep the next one out.
    this.#turn = turn.catch(() => {})
    await turn
    return () => {
      this.#underWay--
    }
  }

  /** Takes in what an answer said. */
  learn(limits: Limits): void {
    this.#left = limits
    if (limits.perSecond !== undefined && limits.perSecond > 0) this.#perSecond = limits.perSecond
  }

  async #wait(signal?: AbortSignal): Promise<void> {
    const { now, sleep } = this.#options
    const { minuteLeft, dayLeft, dayEndsMs } = this.#left ?? {}
    const dayIsOver = dayEndsMs !== undefined && now() >= dayEndsMs
    if (dayLeft !== undefined && dayLeft <= this.#underWay && !dayIsOver)
      throw new QuotaSpentError(quotaSpent(dayEndsMs))
    if (minuteLeft !== undefined && minuteLeft <= this.#underWay) {
      await sleep(LOOK_AGAIN_MS, signal)
      // Let one call through: only an answer can say whether calls have come back.
      this.#left = undefined
    }
    const at = Math.max(now(), this.#nextAt)
    this.#nextAt = at + 1000 / this.#perSecond
    if (at > now()) await sleep(at - now(), signal)
    this.#underWay++
  }
}

function quotaSpent(dayEndsMs: number | undefined): string {
  const when = dayEndsMs === undefined ? 'at 00:00 UTC' : `at ${new Date(dayEndsMs).toISOString()}`
  return `Keap's quota for today is spent; it starts again ${when}. Run the same command then: it goes on where it stopped.`
}
