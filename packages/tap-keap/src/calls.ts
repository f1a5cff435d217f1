import { MAX_PAGE, type Stream } from './stream.js'

/** How many calls it takes to read one of a stream's lists. v1's lists end with a page that is empty. */
export function callsForList(stream: Pick<Stream, 'scan' | 'pageSize'>, rows: number): number {
  if (!isPaged(stream)) return 1
  const pages = Math.max(1, Math.ceil(rows / pageSizeOf(stream)))
  return stream.scan.kind === 'offset' && rows > 0 ? pages + 1 : pages
}

/** The same for all of a stream's lists, in words: what its n rows cost. */
export function describeCalls(stream: Stream): string {
  const { inside, parent, each, scan, shape, storesFiles } = stream
  if (storesFiles) return `1 for each file that is new or has changed, beside those of \`${inside?.stream}\``
  if (inside) return `none but those of \`${inside.stream}\``
  const size = pageSizeOf(stream).toLocaleString('en')
  if (parent && shape) return 'n'
  if (parent) return `1 for each of \`${parent.stream}\`${isPaged(stream) ? `, more above ${size} rows` : ''}`
  if (!isPaged(stream)) return String(each?.values.length ?? 1)
  return scan.kind === 'offset' ? `n / ${size} + 1` : `n / ${size}`
}

/** Rows that a page holds at most. */
export function pageSizeOf({ pageSize }: Pick<Stream, 'pageSize'>): number {
  return pageSize ?? MAX_PAGE
}

export function isPaged({ scan }: Pick<Stream, 'scan'>): boolean {
  return scan.kind !== 'token' || scan.paged
}
