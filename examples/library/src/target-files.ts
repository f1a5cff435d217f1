// A target: a file of JSON lines for each stream. Usage: some-tap | node target-files.js FOLDER
import { type FileHandle, open } from 'node:fs/promises'
import path from 'node:path'
import { readMessages, writeLine } from '@keap-postgres/protocol'

const folder = process.argv[2] ?? '.'
const files = new Map<string, FileHandle>()
let state: string | undefined
for await (const messages of readMessages(process.stdin)) {
  for (const { line, message } of messages) {
    if (message.type === 'SCHEMA' && !files.has(message.stream)) {
      files.set(message.stream, await open(path.join(folder, `${encodeURIComponent(message.stream)}.jsonl`), 'a'))
    } else if (message.type === 'RECORD') {
      const file = files.get(message.stream)
      if (!file) throw new Error(`Line ${line}: a record of ${message.stream}, which no SCHEMA has announced.`)
      await file.appendFile(`${JSON.stringify(message.record.values())}\n`)
    } else if (message.type === 'STATE') state = message.value
  }
}
for (const file of files.values()) await file.sync().then(() => file.close())
if (state !== undefined) await writeLine(process.stdout, state)
