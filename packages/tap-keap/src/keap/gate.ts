import { type Decision, decide, type Policy, type QuotaStatus, statusOf } from './allowance.js'
import { type Budgets, freshBudgets, onDay, type Pass, withAnswer, withCall, withRefusal } from './budgets.js'
import { QuotaSpentError } from './errors.js'
import type { Limits, Told } from './limits.js'
import { spentText, WAITING, WHAT_TO_DO } from './quota-text.js'

/** Where the budgets are: in this process, or where taps with the same credential share them. */
export type BudgetStore = {
  /** Changes them as one step that no other tap gets between. Undefined: there are none yet. */
  update<T>(change: (budgets: Budgets | undefined) => { budgets: Budgets; result: T }): Promise<T>
}

export type GateOptions = {
  /** What Keap documents, until its headers say otherwise. */
  limits: Limits
  policy: Policy
  store: BudgetStore
  /** When the day is spent: sleep until the next one, instead of ending the run. */
  waitForQuota: boolean
  now: () => number
  sleep: (ms: number, signal?: AbortSignal) => Promise<void>
  random: () => number
  /** Told, once for each call, why it has been waiting for more than a few seconds. */
  onWait: (reason: string) => void
}

/** While it waits, an answer or another tap may change things; while a day is waited for, a machine may sleep. */
const LOOK_AGAIN_MS = 1_000
const NAP_MS = 60_000
/** Shorter waits aren't worth a word. */
const SILENT_MS = 10_000

/**
 * Every request passes here first, one after the other: evenly spaced within what Keap's four limits leave, its reserve for
 * others and the user's own limit kept. The answers' headers are the truth about what is left; our own calls count from the
 * moment they pass.
 */
export class Gate {
  readonly #options: GateOptions
  #latest: Budgets
  #news: { pass: Pass; told: Told; nowMs: number }[] = []
  #turn: Promise<void> = Promise.resolve()
  #throttleHits = 0

  constructor(options: GateOptions) {
    this.#options = options
    this.#latest = freshBudgets(options.limits, options.now())
  }

  /**
   * Waits for this request's turn.
   *
   * @throws {QuotaSpentError} when the day's calls are used up, and nobody wants to wait for the next day
   */
  async pass(signal?: AbortSignal): Promise<Pass> {
    const pass = this.#turn.then(() => this.#wait(signal))
    // One caller's failure must not keep the next one out.
    this.#turn = pass.then(
      () => {},
      () => {},
    )
    return pass
  }

  /** Takes in what an answer said, whatever its status but 429. The other taps learn it with our next call. */
  heard(pass: Pass, told: Told): void {
    this.#news.push({ pass, told, nowMs: this.#options.now() })
  }

  /**
   * Takes in a 429: nobody passes for as long as it says.
   *
   * @param retryAfterMs what `Retry-After` said
   * @returns how long that is, in milliseconds
   */
  async refused(pass: Pass, told: Told, retryAfterMs: number | undefined): Promise<number> {
    this.#throttleHits++
    return this.#update((before, nowMs) => {
      const budgets = withRefusal(before, pass, told, { nowMs, retryAfterMs, random: this.#options.random() })
      return { budgets, result: budgets.heldUntilMs - nowMs }
    })
  }

  /** What is left, as this process last saw it. */
  status(): QuotaStatus {
    const { policy, now } = this.#options
    return { ...statusOf(this.#upToDate(this.#latest, now()), policy, now()), throttleHits: this.#throttleHits }
  }

  async #wait(signal?: AbortSignal): Promise<Pass> {
    const { policy, now, sleep, waitForQuota, onWait } = this.#options
    const startMs = now()
    let isSaid = false
    for (;;) {
      const { pass, wait } = await this.#update((budgets, nowMs) => book(budgets, policy, nowMs))
      if (wait === undefined) return pass
      const isSpent = wait.kind === 'spent'
      if (isSpent && !waitForQuota) throw new QuotaSpentError(`${spentText(wait)} ${WHAT_TO_DO}`)
      if (!isSaid && (isSpent || now() - startMs >= SILENT_MS)) {
        onWait(isSpent ? `${spentText(wait)} Waiting until then.` : WAITING[wait.reason])
        isSaid = true
      }
      await sleep(
        isSpent ? Math.min(wait.untilMs - now(), NAP_MS) : Math.min(Math.ceil(wait.waitMs), LOOK_AGAIN_MS),
        signal,
      )
    }
  }

  #update<T>(change: (budgets: Budgets, nowMs: number) => { budgets: Budgets; result: T }): Promise<T> {
    const { store, limits, now } = this.#options
    return store.update((known) => {
      const nowMs = now()
      const changed = change(this.#upToDate(known ?? freshBudgets(limits, nowMs), nowMs), nowMs)
      this.#latest = changed.budgets
      this.#news = []
      return changed
    })
  }

  #upToDate(budgets: Budgets, nowMs: number): Budgets {
    const informed = this.#news.reduce(
      (before, { pass, told, nowMs: heardMs }) => withAnswer(onDay(before, heardMs), pass, told, heardMs),
      budgets,
    )
    return onDay(informed, nowMs)
  }
}

/** Budgets that no other process sees. */
export function ownBudgets(): BudgetStore {
  let budgets: Budgets | undefined
  return {
    async update(change) {
      const changed = change(budgets)
      budgets = changed.budgets
      return changed.result
    },
  }
}

type Booked = { pass: Pass; wait?: undefined } | { pass?: undefined; wait: Exclude<Decision, { kind: 'go' }> }

function book(budgets: Budgets, policy: Policy, nowMs: number): { budgets: Budgets; result: Booked } {
  const decision = decide(budgets, policy, nowMs)
  if (decision.kind !== 'go') return { budgets, result: { wait: decision } }
  const { budgets: booked, pass } = withCall(budgets, nowMs)
  return { budgets: booked, result: { pass } }
}
