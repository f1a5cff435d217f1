import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import type pg from 'pg'

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
