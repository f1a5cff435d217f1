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
 * is used up, and stopped when the day's quota is spent. The answers' headers are the truth about what is left.
 */
export class Gate {
  readonly #options: GateOptions
  #perSecond: number
  #left: Limits | undefined
  #nextAt = 0
  #turn: Promise<void> = Promise.resolve()

  constructor(options: GateOptions) {
    this.#options = options
    this.#perSecond = options.perSecond
  }

  /** @throws {QuotaSpentError} when nothing is left of the day's quota */
  pass(signal?: AbortSignal): Promise<void> {
    const turn = this.#turn.then(() => this.#wait(signal))
    // One caller's failure must not keep the next one out.
    this.#turn = turn.catch(() => {})
    return turn
  }

  /** Takes in what an answer said. */
  learn(limits: Limits): void {
    this.#left = limits
    if (limits.perSecond !== undefined && limits.perSecond > 0) this.#perSecond = limits.perSecond
  }

  async #wait(signal?: AbortSignal): Promise<void> {
    const { now, sleep } = this.#options
    const { minuteLeft, dayLeft, dayEndsMs } = this.#left ?? {}
    if (dayLeft === 0 && (dayEndsMs === undefined || now() < dayEndsMs))
      throw new QuotaSpentError(quotaSpent(dayEndsMs))
    if (minuteLeft === 0) {
      await sleep(LOOK_AGAIN_MS, signal)
      // Let one call through: only an answer can say whether calls have come back.
      this.#left = undefined
    }
    const at = Math.max(now(), this.#nextAt)
    this.#nextAt = at + 1000 / this.#perSecond
    if (at > now()) await sleep(at - now(), signal)
  }
}

function quotaSpent(dayEndsMs: number | undefined): string {
  const when = dayEndsMs === undefined ? 'at 00:00 UTC' : `at ${new Date(dayEndsMs).toISOString()}`
  return `Keap's quota for today is spent; it starts again ${when}. Run the same command then: it goes on where it stopped.`
}
