import { qualified, type TableName } from '../dialect/identifiers.js'

/** A column of a table for people. */
export type TextColumn = { title: string; align: 'left' | 'right' }

/** Columns as wide as their widest cell, two blanks between them. */
export function textTable(columns: readonly TextColumn[], rows: readonly (readonly string[])[]): string {
  const lines = [columns.map(({ title }) => title), ...rows]
  const widths = columns.map((_, at) => Math.max(...lines.map((cells) => cells[at]?.length ?? 0)))
  return lines
    .map((cells) =>
      columns
        .map(({ align }, at) => {
          const [cell, width] = [cells[at] ?? '', widths[at] ?? 0]
          return align === 'right' ? cell.padStart(width) : cell.padEnd(width)
        })
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

/** A table's name as people see it: with its schema only where that isn't `home`. */
export function tableLabel(table: TableName, home: string): string {
  return table.schema === home ? table.table : qualified(table)
}

export function shown(count: number): string {
  return count.toLocaleString('en')
}

/** `1 row`, `2,000 rows` */
export function counted(count: number, noun: string): string {
  return `${shown(count)} ${noun}${count === 1 ? '' : 's'}`
}
