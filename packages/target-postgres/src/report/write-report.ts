import { randomUUID } from 'node:crypto'
import { rename, rm, writeFile } from 'node:fs/promises'
import { ConfigError } from '@keap-postgres/protocol'

/**
 * Writes the page beside its place, and puts it there when it is whole.
 *
 * @throws {ConfigError} when that isn't possible
 */
export async function writeReport(file: string, page: string): Promise<void> {
  const draft = `${file}.${randomUUID()}.tmp`
  try {
    await writeFile(draft, page, { mode: 0o600 })
    await rename(draft, file)
  } catch (error) {
    await rm(draft, { force: true }).catch(() => {})
    const reason = error instanceof Error ? error.message : String(error)
    throw new ConfigError(`The report can't be written: ${reason}. Give --output a file in a folder that is there.`, {
      cause: error,
    })
  }
}
