import { constants, createReadStream } from 'node:fs'
import { access, stat } from 'node:fs/promises'
import path from 'node:path'
import { pipeline, type Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { createGunzip } from 'node:zlib'
import { type BatchMessage, DataError, type RecordAt, readRecords } from '@keap-postgres/protocol'

/** A file of records that a BATCH names. */
export type BatchFile = { path: string; isGzip: boolean }

/** Each piece of a file is a trip to another thread; Node's own are a quarter of this. */
const PIECE_BYTES = 256 * 1024

/** `file:///folder/a.jsonl`, or without a third slash what Meltano's SDK writes for a relative folder. */
const FILE_URL = /^file:\/\/(.*)$/is
const OTHER_URL = /^[a-z][a-z0-9+.-]+:\/\//i

/**
 * The files of a BATCH, once it is sure that all of them can be read: of a BATCH that is refused nothing is loaded.
 *
 * @throws {DataError} for a file that isn't there, and for a format or place that can't be read here
 */
export async function findBatchFiles({ stream, encoding, manifest }: BatchMessage, line: number): Promise<BatchFile[]> {
  const refuse = (seen: string, cure: string, cause?: unknown) =>
    new DataError(`Line ${line}: a BATCH of ${stream} ${seen}. ${cure}`, { cause })
  const format = encoding.format.toLowerCase()
  const compression = encoding.compression?.toLowerCase() ?? 'none'
  if (format !== 'jsonl' || !['gzip', 'none'].includes(compression)) {
    throw refuse(
      `comes in the format "${encoding.format}" with the compression "${encoding.compression ?? 'none'}"`,
      'Wanted is "jsonl" with "gzip" or "none": set the encoding in the batch_config of the tap.',
    )
  }
  return await Promise.all(
    manifest.map(async (url) => {
      const file = pathOf(url, (cause) => refuse(`has a file at ${url}, which is no URL of a file`, READABLE, cause))
      if (file === undefined) {
        throw refuse(
          `has a file at ${url}`,
          'Wanted is a file:// URL: set the storage root in the batch_config of the tap to a folder that both can read.',
        )
      }
      try {
        await access(file, constants.R_OK)
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error)
        throw refuse(`names the file ${url}, which can't be read: ${reason}`, READABLE, error)
      }
      if (!(await stat(file)).isFile()) throw refuse(`names ${url}, which is no file`, READABLE)
      return { path: file, isGzip: compression === 'gzip' }
    }),
  )
}

const READABLE = 'The target must see the files of the tap, at the same path, until it has ended; then run both again.'

/**
 * The records of a file, as many at a time as have been read; never more of it is in memory.
 *
 * @throws {DataError} at a line that isn't a record, and for a file that isn't gzip, or not a whole one
 */
export async function* readBatchFile(file: BatchFile, signal: AbortSignal): AsyncGenerator<Iterable<RecordAt>> {
  try {
    yield* readRecords(open(file, signal))
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    if (!code.startsWith('Z_')) throw error
    throw new DataError(
      `It can't be unpacked as gzip: ${error instanceof Error ? error.message : error}. Was it cut off, or is it something else?`,
      { cause: error },
    )
  }
}

function open({ path: file, isGzip }: BatchFile, signal: AbortSignal): Readable {
  const packed = createReadStream(file, { highWaterMark: PIECE_BYTES, signal })
  if (!isGzip) return packed
  // What fails comes out of the last stream.
  return pipeline(packed, createGunzip({ chunkSize: PIECE_BYTES }), () => {})
}

/** The path of a file by its URL, or by itself; `undefined` when it lies elsewhere. @throws `wrong` for a malformed URL */
function pathOf(url: string, wrong: (cause: unknown) => Error): string | undefined {
  const [, rest] = FILE_URL.exec(url) ?? []
  try {
    if (rest !== undefined) return /^(localhost)?\//i.test(rest) ? fileURLToPath(url) : path.resolve(decodeURI(rest))
  } catch (error) {
    throw wrong(error)
  }
  return OTHER_URL.test(url) ? undefined : path.resolve(url)
}
