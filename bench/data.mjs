import { createWriteStream } from 'node:fs'
import path from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { messages } from './messages.mjs'

/** What becomes of a scenario's records from one load to the next: every n-th is in its next revision. */
const changes = { first: 0, 'one percent': 100, all: 1 }

/** Writes a scenario's messages, as they are at first and as they have changed, and returns the files. */
export async function writeMessages(dir, scenario, wanted = Object.keys(changes)) {
  const files = {}
  for (const change of wanted) {
    const file = path.join(dir, `${scenario.name.replaceAll(/\W+/g, '-')}-${change.replace(' ', '-')}.jsonl`)
    const lines = messages({ ...scenario, changedEvery: changes[change] })
    await pipeline(Readable.from(inChunks(lines), { objectMode: false }), createWriteStream(file))
    files[change] = file
  }
  return files
}

function* inChunks(lines) {
  let chunk = ''
  for (const line of lines) {
    chunk += line
    if (chunk.length < 1 << 18) continue
    yield chunk
    chunk = ''
  }
  yield chunk
}
