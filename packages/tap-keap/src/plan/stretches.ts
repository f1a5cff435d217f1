/**
 * What a page of a list that is ordered by id has told: there are `rows` ids in `(after, to]`, and no others. `head` and
 * `tail`: how dense they are at its beginning and its end, in rows for each id that there could be.
 */
export type Stretch = { after: bigint; to: bigint; rows: number; head: number; tail: number }

/** The stretch that a page of rising ids covers: from what it was asked to begin behind to its last id. */
export function stretchOf(after: bigint, ids: readonly bigint[], to = ids.at(-1) ?? after): Stretch {
  const whole = density(after, to, ids.length)
  const quarter = Math.ceil(ids.length / 4)
  const [first = to, last = after] = [ids[quarter - 1], ids[ids.length - quarter - 1]]
  return {
    after,
    to,
    rows: ids.length,
    head: unlessMuchAlike(density(after, first, quarter), whole),
    tail: unlessMuchAlike(density(last, to, quarter), whole),
  }
}

/**
 * With one stretch more. Where it reaches into the next one, only its ids before that one count: the gap between them is closed.
 *
 * @param known stretches that rise and don't overlap
 * @param ids of a page asked for behind `after`, which lies in no known stretch
 */
export function withStretch(known: readonly Stretch[], after: bigint, ids: readonly bigint[]): Stretch[] {
  const next = known.find((stretch) => stretch.after >= after)
  const own = next === undefined ? ids : ids.filter((id) => id <= next.after)
  const isClosed = next !== undefined && own.length < ids.length
  return [...known, isClosed ? stretchOf(after, own, next.after) : stretchOf(after, own)].sort((a, b) =>
    a.after < b.after ? -1 : 1,
  )
}

/** How many rows there are from the first stretch to the last: those seen, and in the gaps as many as beside them. */
export function estimateRows(known: readonly Stretch[]): { rows: number; isExact: boolean } {
  const seen = known.reduce((sum, { rows }) => sum + rows, 0)
  const gaps = gapsOf(known)
  return { rows: seen + gaps.reduce((sum, { rows }) => sum + rows, 0), isExact: gaps.length === 0 }
}

/**
 * Where to look next: in the middle of the gap that could be furthest from what is thought of it. Undefined when none could be
 * so by more than `worthRows`.
 */
export function nextLook(known: readonly Stretch[], worthRows: number): bigint | undefined {
  const [widest] = gapsOf(known).sort((a, b) => b.doubt - a.doubt)
  return widest && widest.doubt >= worthRows ? (widest.from + widest.to) / 2n : undefined
}

type Gap = { from: bigint; to: bigint; rows: number; doubt: number }

/** A gap's density is taken to go over from one neighbour's to the other's; the more these differ, the less is known. */
function gapsOf(known: readonly Stretch[]): Gap[] {
  return known.slice(1).flatMap((right, index) => {
    const left = known[index]
    if (left === undefined || left.to >= right.after) return []
    const ids = Number(right.after - left.to)
    const [a, b] = [left.tail, right.head]
    const rows = (ids * (a + b)) / 2
    // Two neighbours that agree may both be unlike what lies between them.
    const doubt = (ids * Math.abs(a - b)) / 2 + rows / 50
    return [{ from: left.to, to: right.after, rows, doubt }]
  })
}

/** Rows for each id that there could be in `(after, to]`. */
function density(after: bigint, to: bigint, rows: number): number {
  return rows / Math.max(1, Number(to - after))
}

/** The density of a part, where it is another than that of the whole; else the whole tells more exactly. */
function unlessMuchAlike(part: number, whole: number): number {
  return Math.abs(part - whole) > whole / 5 ? part : whole
}
