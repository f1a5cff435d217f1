// A tap: the files of a folder. Usage: node tap-folder.js FOLDER | target-postgres
import { readdir, stat } from 'node:fs/promises'
import path from 'node:path'
import { recordFrom, stateFrom, writeMessage } from '@keap-postgres/protocol'

const folder = process.argv[2] ?? '.'
const properties = {
  path: { type: 'string' },
  bytes: { type: 'integer' },
  modified_at: { type: 'string', format: 'date-time' },
}
await writeMessage(process.stdout, {
  type: 'SCHEMA',
  stream: 'files',
  schema: { type: 'object', properties },
  key_properties: ['path'],
})
for (const name of await readdir(folder)) {
  const { size, mtime } = await stat(path.join(folder, name))
  await writeMessage(process.stdout, recordFrom('files', { path: name, bytes: size, modified_at: mtime.toISOString() }))
}
await writeMessage(process.stdout, stateFrom({ bookmarks: { files: { read_at: new Date().toISOString() } } }))
