import { counted, shown, textTable } from '../snapshots/text-table.js'
import type { Erased } from './erase.js'

/** For a person: what went, what is left to do. `removed`: files that were; undefined when no folder was named. */
export function formatErased({ kind, id, isDry, steps, files, mentions }: Erased, removed: number | undefined): string {
  const total = steps.reduce((sum, { rows }) => sum + rows, 0)
  const verb = isDry ? 'would be' : 'were'
  const head = [
    { title: isDry ? 'would be deleted or changed' : 'deleted or changed', align: 'left' },
    { title: 'rows', align: 'right' },
  ] as const
  const lines =
    steps.length > 0
      ? [
          textTable(
            head,
            steps.map(({ label, rows }) => [label, shown(rows)]),
          ),
          '',
        ]
      : []
  lines.push(`${counted(total, 'row')} of ${kind} ${id} ${verb} deleted or changed.`)
  if (removed !== undefined && !isDry) lines.push(`${counted(removed, 'file')} removed.`)
  else if (files.length > 0) {
    lines.push(`Files below files_dir${isDry ? '' : ', which are still there (--files-dir FOLDER removes them)'}:`)
    lines.push(...files.map((file) => `  ${file}`))
  }
  if (mentions.length > 0) {
    lines.push(`An address or number of ${kind} ${id} also stands in rows of others, which are left to you:`)
    lines.push(...mentions.map(({ table, rows }) => `  ${table}: ${counted(rows, 'row')}`))
  }
  if (!isDry) lines.push('Delete it in Keap too: what Keap still has comes back when it is next read.')
  return lines.join('\n')
}
