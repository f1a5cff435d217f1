import { open } from 'node:fs/promises'
import path from 'node:path'
import type { Readable } from 'node:stream'
import { ConfigError } from '@keap-postgres/protocol'
import type { Surroundings } from './context.js'

/** Each piece of a file is a trip to another thread; Node's own are a quarter of this. */
const PIECE_BYTES = 256 * 1024

/** The messages to load: of the file, or of stdin. @throws {ConfigError} when it can't be read */
export async function openInput(file: string | undefined, { stdin, cwd }: Surroundings): Promise<Readable> {
  if (file === undefined) return stdin
  try {
    return (await open(path.resolve(cwd, file))).createReadStream({ highWaterMark: PIECE_BYTES })
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new ConfigError(`The input can't be read: ${reason}. Give --input a file of Singer messages.`, {
      cause: error,
    })
  }
}
