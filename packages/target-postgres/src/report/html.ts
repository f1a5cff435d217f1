const markup: unique symbol = Symbol('markup')

/** Markup that is safe to put into a page. Nothing that was read from a database can be one by accident. */
export type Html = { readonly [markup]: string }

/** What may stand in a template: text is escaped, lists are joined, what is missing is nothing. */
type Part = Html | string | number | undefined | false | readonly Part[]

/** Markup with whatever is put into it escaped, for elements and for attributes in double quotes. */
export function html(texts: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return trusted(texts.map((text, at) => text + textOf(parts[at])).join(''))
}

/** Takes markup as it is: of a library that escapes by itself, or of ours. Never of data. */
export function trusted(text: string): Html {
  return { [markup]: text }
}

export function markupOf(part: Html): string {
  return part[markup]
}

function textOf(part: Part): string {
  if (part === undefined || part === false) return ''
  if (typeof part === 'string' || typeof part === 'number') return escaped(String(part))
  if (isList(part)) return part.map(textOf).join('')
  return part[markup]
}

function isList(part: Html | readonly Part[]): part is readonly Part[] {
  return Array.isArray(part)
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '')
}
