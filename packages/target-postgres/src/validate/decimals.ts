const DECIMAL = /^(-?\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/

/** Longer ones aren't reckoned with. */
const MAX_EXPONENT = 1000

/** Whether one decimal number is a multiple of another, by their texts: as doubles, 1.1 isn't one of 0.01. */
export function isMultiple(value: string, of: string): boolean {
  const [a, b] = [decimal(value), decimal(of)]
  if (!a || !b) return true
  const scale = Math.max(a.scale, b.scale)
  const [whole, step] = [a, b].map(({ digits, scale: own }) => digits * 10n ** BigInt(scale - own))
  return !step || (whole ?? 0n) % step === 0n
}

function decimal(text: string): { digits: bigint; scale: number } | undefined {
  const [, whole, fraction = '', exponent = '0'] = DECIMAL.exec(text) ?? []
  if (whole === undefined || Math.abs(Number(exponent)) > MAX_EXPONENT) return undefined
  return { digits: BigInt(whole + fraction), scale: fraction.length - Number(exponent) }
}
