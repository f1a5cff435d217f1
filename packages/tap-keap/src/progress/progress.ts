/** How far a stream is that is being read. */
export type StreamProgress = {
  stream: string
  /** Epoch milliseconds. */
  beganMs: number
  calls: number
  rows: number
  /** How many rows the list seems to have, as far as anyone knows. */
  expected?: number
  /** Of a stream that is made of many lists, how many are read. */
  lists?: { read: number; all: number }
}

/** How far a run is. */
export type Snapshot = { underWay: readonly StreamProgress[]; read: number; all: number; rows: number }

export type Progress = ReturnType<typeof createProgress>

/** Keeps what is to be seen of a run while it runs. */
export function createProgress(now: () => number) {
  const underWay = new Map<string, StreamProgress>()
  let all = 0
  let read = 0
  let rows = 0

  return {
    /** How many lists of streams there are to read. */
    planned(count: number): void {
      all = count
    },

    /** A list of the stream is being read, of so many. */
    began(stream: string, lists: number): void {
      const one = underWay.get(stream) ?? { stream, beganMs: now(), calls: 0, rows: 0 }
      if (lists > 1) one.lists = { read: one.lists?.read ?? 0, all: lists }
      underWay.set(stream, one)
    },

    expected(stream: string, count: number): void {
      const one = underWay.get(stream)
      if (one) one.expected = count
    },

    page(stream: string, count: number, calls: number): void {
      rows += count
      const one = underWay.get(stream)
      if (one === undefined) return
      one.calls += calls
      one.rows += count
    },

    /** A list of the stream is being read no more. @param isRead to its end; if not, the stream's others aren't read either */
    left(stream: string, isRead: boolean): void {
      const lists = underWay.get(stream)?.lists
      if (lists) lists.read++
      if (!isRead || lists === undefined || lists.read === lists.all) underWay.delete(stream)
    },

    ended(): void {
      read++
    },

    snapshot: (): Snapshot => ({ underWay: [...underWay.values()].map((one) => ({ ...one })), read, all, rows }),
  }
}

/** Milliseconds until a stream is read, at its pace so far; undefined when nobody knows. */
export function msToGo({ beganMs, rows, expected, lists }: StreamProgress, nowMs: number): number | undefined {
  const [done, all] = lists ? [lists.read, lists.all] : [rows, expected]
  if (all === undefined || done === 0) return undefined
  return Math.max(0, ((nowMs - beganMs) * (all - done)) / done)
}
