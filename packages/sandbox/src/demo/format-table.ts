/** Rows as a table for a terminal: a heading, numbers to the right, cells cut to a width that fits beside others. */
export function formatTable(rows: readonly Readonly<Record<string, unknown>>[]): string {
  const [first] = rows
  if (first === undefined) return '  (no rows)'
  const names = Object.keys(first)
  const cells = rows.map((row) => names.map((name) => cellOf(row[name])))
  const isNumber = names.map((_, at) => cells.every((row) => /^-?[\d.,]*$/.test(row[at] ?? '')))
  const widths = names.map((name, at) => Math.max(name.length, ...cells.map((row) => row[at]?.length ?? 0)))
  const line = (row: readonly string[]) =>
    row.map((cell, at) => (isNumber[at] ? cell.padStart(widths[at] ?? 0) : cell.padEnd(widths[at] ?? 0))).join('   ')
  const rule = widths.map((width) => '─'.repeat(width)).join('───')
  return [line(names), rule, ...cells.map(line)].map((text) => `  ${text.trimEnd()}`).join('\n')
}

const WIDEST = 32

function cellOf(value: unknown): string {
  const text = value instanceof Date ? value.toISOString().slice(0, 10) : String(value ?? '')
  const onOneLine = text.replace(/\s+/g, ' ')
  return onOneLine.length > WIDEST ? `${onOneLine.slice(0, WIDEST - 1)}…` : onOneLine
}
