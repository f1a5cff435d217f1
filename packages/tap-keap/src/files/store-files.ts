import path from 'node:path'
import type { JsonText, Log } from '@keap-postgres/protocol'
import type { KeapClient } from '../keap/client.js'
import { NotAvailableError } from '../keap/errors.js'
import { digitsAt, stringAt } from '../pointer.js'
import type { Context } from '../project.js'
import { downloadFile, type FileFacts } from './download-file.js'
import { safeName } from './safe-name.js'

export type FileBox = {
  client: KeapClient
  /** Of the v2 API; the file's path follows. */
  baseUrl: string
  /** The folder that everything lands in. */
  filesDir: string
  log: Log
}

/**
 * Brings the bytes of these files to `<filesDir>/<contact id>/<file id>-<name>` (`account` for files of no contact), one
 * after the other, and says of each where it lies: what the columns know as `@path`, `@sha256` and `@size`. A file that this
 * credential may not read has none of these, and is named in the log.
 */
export async function storeFiles(
  box: FileBox,
  items: readonly JsonText[],
): Promise<{ contexts: Context[]; calls: number }> {
  const contexts: Context[] = []
  let calls = 0
  for (const item of items) {
    const id = digitsAt(item, '/id')
    const target = placeOf(item)
    const url = `${box.baseUrl}/v2/files/${id}:data`
    const facts = factsOf(item)
    try {
      const stored = await downloadFile(box.client, url, path.join(box.filesDir, target), facts)
      contexts.push({ path: JSON.stringify(target), sha256: JSON.stringify(stored.sha256), size: String(stored.size) })
      calls += stored.calls
      if (facts.size !== undefined && facts.size !== stored.size) {
        box.log.warn(`file ${id} has ${stored.size} bytes, although Keap lists ${facts.size}`, { file: id })
      }
    } catch (error) {
      if (!(error instanceof NotAvailableError)) throw error
      box.log.warn(`file ${id} is listed, but Keap doesn't give its bytes: ${error.message}`, { file: id })
      contexts.push({})
      calls++
    }
  }
  return { contexts, calls }
}

/** Where a file belongs, below the folder of all files. */
export function placeOf(item: JsonText): string {
  const name = safeName(stringAt(item, '/file_name') ?? '')
  return path.join(digitsAt(item, '/contact_id') ?? 'account', `${digitsAt(item, '/id')}-${name}`)
}

export function factsOf(item: JsonText): FileFacts {
  const size = digitsAt(item, '/file_size')
  const updated = Date.parse(stringAt(item, '/updated_time') ?? '')
  return { size: size === undefined ? undefined : Number(size), updatedMs: Number.isNaN(updated) ? undefined : updated }
}
