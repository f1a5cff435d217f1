/** A small seeded generator, so that one seed always gives the same account. */
export interface Random {
  /** A number in [0, 1). */
  next(): number
  /** An integer in [0, below). */
  int(below: number): number
  /** True with the given probability. */
  chance(probability: number): boolean
  pick<T>(list: readonly T[]): T
}

/** FNV-1a: a 32-bit number for a label, so that each part of the account has a stream of its own. */
export const hash = (label: string): number => {
  let value = 0x811c9dc5
  for (let i = 0; i < label.length; i++) value = Math.imul(value ^ label.charCodeAt(i), 0x01000193)
  return value >>> 0
}

/** mulberry32, seeded by a number and a label: what one area draws doesn't shift what another gets. */
export const randomFrom = (seed: number, label: string): Random => {
  let state = (seed ^ hash(label)) >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
  const int = (below: number) => Math.floor(next() * below)
  return {
    next,
    int,
    chance: (probability) => next() < probability,
    pick: <T>(list: readonly T[]): T => {
      if (list.length === 0) throw new RangeError('pick() needs a list with at least one member')
      return list[int(list.length)] as T
    },
  }
}
