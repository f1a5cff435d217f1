/** How sure a number is. */
type Certainty = 'exact' | 'estimated' | 'at least'

export type Amount = { value: number; certainty: Certainty }

export function exactly(value: number): Amount {
  return { value, certainty: 'exact' }
}

export function about(value: number): Amount {
  return { value: Math.round(value), certainty: 'estimated' }
}

export function atLeast(value: number): Amount {
  return { value, certainty: 'at least' }
}

/** The sum is as sure as the least sure of its parts; what is partly estimated and partly "at least" is an estimate. */
export function total(amounts: readonly Amount[]): Amount {
  const value = amounts.reduce((sum, amount) => sum + amount.value, 0)
  const found = new Set(amounts.map(({ certainty }) => certainty))
  return { value, certainty: found.has('estimated') ? 'estimated' : found.has('at least') ? 'at least' : 'exact' }
}

/** `1,203`, `~1,200`, `≥ 1,001`. */
export function formatAmount({ value, certainty }: Amount): string {
  const sign = { exact: '', estimated: '~', 'at least': '≥ ' }[certainty]
  return sign + value.toLocaleString('en')
}
