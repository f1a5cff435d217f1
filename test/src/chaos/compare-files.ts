import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, utimes } from 'node:fs/promises'
import path from 'node:path'
import type pg from 'pg'

/** As if a day had gone by since the last death: what is half then nobody is still writing. */
export async function agePartFiles(dir: string): Promise<void> {
  // It isn't there when every death came before the first file.
  await mkdir(dir, { recursive: true })
  const yesterday = Date.now() / 1000 - 86_400
  for (const name of await readdir(dir, { recursive: true })) {
    if (name.endsWith('.part')) await utimes(path.join(dir, name), yesterday, yesterday)
  }
}

/** The files that a table tells of, and how they lie on the disk. */
export async function compareFiles(client: pg.Client, dir: string): Promise<{ wrong: string[]; halves: string[] }> {
  const { rows } = await client.query<{ path: string; sha256: string }>(
    'select path, sha256 from keap.file_data where _sdc_deleted_at is null and path is not null',
  )
  const wrong: string[] = []
  for (const row of rows) {
    const bytes = await readFile(path.join(dir, row.path)).catch(() => undefined)
    if (bytes === undefined || createHash('sha256').update(bytes).digest('hex') !== row.sha256) wrong.push(row.path)
  }
  const names = await readdir(dir, { recursive: true })
  return { wrong, halves: names.filter((name) => name.endsWith('.part')) }
}
