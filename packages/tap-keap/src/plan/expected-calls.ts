/**
 * How many calls it takes to read lists, when what is known of each is how often it was met in a sample. A list whose rows are
 * near a page's may have a row too many, and one that was met often may be no longer than the others: so each counts with
 * what it may be, and the less the lists differ beyond chance, the more each is taken to be like all of them.
 *
 * @param counts how often each list was met; those that weren't are left out
 * @param lists how many there are
 * @param scale rows for each time that one was met
 */
export function expectedCalls(counts: readonly number[], lists: number, scale: number, pageSize: number): number {
  const mean = counts.reduce((sum, count) => sum + count, 0) / lists
  const square = counts.reduce((sum, count) => sum + count * count, 0) / lists
  // What is met by chance varies as much as it is met (Poisson); variance beyond that is the lists' own.
  const own = Math.max(0, square - mean * mean - mean)
  const trust = own === 0 ? 0 : own / (own + mean)
  const callsOf = (count: number) => {
    const rows = (mean + trust * (count - mean)) * scale
    const deviation = Math.sqrt(trust * Math.max(1, count) * scale * scale + rows)
    return expectedPages(rows, deviation, pageSize)
  }
  const met = counts.reduce((sum, count) => sum + callsOf(count), 0)
  return met + (lists - counts.length) * callsOf(0)
}

/** One page, and one more for each page's rows that the list may have more than. */
function expectedPages(rows: number, deviation: number, pageSize: number): number {
  let pages = 1
  for (let full = pageSize; full < rows + 5 * deviation; full += pageSize) {
    // A logistic curve in place of the normal one: never off by more than a hundredth.
    pages += 1 / (1 + Math.exp((1.702 * (full - rows)) / Math.max(1, deviation)))
  }
  return pages
}
