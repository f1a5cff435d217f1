import { type Html, html } from './html.js'
import type { Part } from './read-part.js'

/** A section of the page. */
export type Section = { id: string; title: string; body: Html }

/** What is made of a part that could be read; of another its reason. */
export function ofPart<T>(part: Part<T>, make: (value: T) => Html): Html {
  if ('refused' in part) return note(`This could not be read: ${part.refused}.`)
  return make(part.value)
}

export function present<T>(part: Part<T>): T | undefined {
  return 'refused' in part ? undefined : part.value
}

export function note(text: string): Html {
  return html`<p class="note">${text}</p>`
}

/** A name that somebody has given, which may be written from right to left. */
export function named(text: string): Html {
  return html`<bdi>${text}</bdi>`
}

export type Column = { title: string; align?: 'right' }

/** A table that scrolls where it is wider than the screen. */
export function table(label: string, columns: readonly Column[], rows: readonly (readonly (Html | string)[])[]): Html {
  const classOf = (column: Column | undefined) => (column?.align === 'right' ? 'right' : 'left')
  return html`<div class="scroll" tabindex="0" role="group" aria-label="${label}"><table>
<thead><tr>${columns.map((column) => html`<th scope="col" class="${classOf(column)}">${column.title}</th>`)}</tr></thead>
<tbody>
${rows.map(
  (cells) =>
    html`<tr>${cells.map((cell, at) =>
      at === 0
        ? html`<th scope="row" class="${classOf(columns[at])}">${cell}</th>`
        : html`<td class="${classOf(columns[at])}">${cell}</td>`,
    )}</tr>
`,
)}</tbody>
</table></div>`
}

/** The first rows, and the others to be opened. */
export function longTable(
  label: string,
  columns: readonly Column[],
  rows: readonly (readonly (Html | string)[])[],
  shown: number,
): Html {
  const rest = rows.slice(shown)
  return html`${table(label, columns, rows.slice(0, shown))}${
    rest.length > 0 &&
    html`<details class="rest"><summary>${rest.length} more</summary>${table(`${label}, continued`, columns, rest)}</details>`
  }`
}

export type Tone = 'good' | 'warn' | 'bad' | 'plain'

const SYMBOLS: Readonly<Record<Tone, string>> = { good: '✓', warn: '▲', bad: '✕', plain: '○' }

/** A word with a symbol and a colour that say the same. */
export function status(tone: Tone, word: string): Html {
  return html`<span class="status ${tone}"><span aria-hidden="true">${SYMBOLS[tone]}</span> ${word}</span>`
}
