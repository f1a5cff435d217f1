import type { Decision } from './allowance.js'

/** Why a call is waiting that will go out today. */
export const WAITING = {
  pace: 'few calls are left of each minute, since other programs use them too; going on slowly',
  minute: 'the calls of this minute are used up, by other programs too; waiting until some come back',
  refused: 'Keap has refused calls as too many (HTTP 429); waiting before the next one',
}

export const WHAT_TO_DO =
  'Run the same command then: it goes on where it stopped. With wait_for_quota it waits by itself.'

/** Why there are no calls left today, and when there are again. */
export function spentText({ day: { ends, limit, used }, untilMs }: Extract<Decision, { kind: 'spent' }>): string {
  const again = `at ${new Date(untilMs).toISOString().replace(/\.\d+Z$/, 'Z')}.`
  if (ends === 'told') return `Keap refuses more calls (HTTP 429), and says to come back ${again}`
  const count = (calls: number) => calls.toLocaleString('en')
  const what =
    ends === 'own'
      ? `max_calls_per_day allows ${count(limit)}`
      : `${count(used)} of Keap's ${count(limit)} are used, and the rest is kept for other programs (reserve_percent)`
  return `The calls for today are spent: ${what}. They start again ${again}`
}
