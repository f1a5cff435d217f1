import { readdir, readFile } from 'node:fs/promises'

const FOLDER = new URL('../sql/views/', import.meta.url)

/** A view as its file says it, with `:data.` and `:views.` for the schemas. */
export type ViewFile = { name: string; text: string }

export async function readViewFiles(): Promise<ViewFile[]> {
  const names = (await readdir(FOLDER)).filter((name) => name.endsWith('.sql')).sort()
  return await Promise.all(
    names.map(async (name) => ({
      name: name.slice(0, -'.sql'.length),
      text: await readFile(new URL(name, FOLDER), 'utf8'),
    })),
  )
}

/** The tables that the statement reads. */
export function tablesIn(text: string): string[] {
  return [...new Set([...text.matchAll(/:data\.(\w+)/g)].map((match) => match[1] ?? ''))]
}

/** What the view is, in its file's first line: `-- name: description`. */
export function describedIn(text: string): string {
  return /^-- \w+: (.*)/.exec(text)?.[1] ?? ''
}
