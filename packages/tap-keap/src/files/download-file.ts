import { createHash, type Hash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir, open, rename, stat, utimes } from 'node:fs/promises'
import path from 'node:path'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { boundary, ConfigError } from '@keap-postgres/protocol'
import type { KeapClient } from '../keap/client.js'
import { RequestError } from '../keap/errors.js'
import { PART } from './clear-parts.js'

/** What Keap says about a file, as far as its bytes are concerned. */
export type FileFacts = {
  /** Bytes; undefined when Keap doesn't say. */
  size: number | undefined
  /** When it last changed, in epoch milliseconds; undefined when Keap doesn't say. */
  updatedMs: number | undefined
}

/** What lies on the disk. `sha256` is in hex; `size` in bytes. */
export type StoredFile = { sha256: string; size: number; calls: number }

/**
 * Brings a file's bytes to `target`, in constant memory: into a temporary file beside it, checked, then renamed, so that
 * `target` is never half a file. A file that lies there already, of the size and time that Keap says, is only read again.
 * Bytes of another number than Keap's list says are asked for twice, and then taken as they are.
 *
 * @throws {NotAvailableError} when Keap doesn't give the file to this credential
 * @throws {RequestError} when the bytes don't come whole in several tries
 * @throws {ConfigError} when the disk doesn't take them
 */
export async function downloadFile(
  client: KeapClient,
  url: string,
  target: string,
  facts: FileFacts,
): Promise<StoredFile> {
  if (await isThere(target, facts)) return { ...(await onDisk(target, () => hashOf(target))), calls: 0 }
  const part = `${target}${PART}`
  let hasDiffered = false
  await onDisk(target, () => mkdir(path.dirname(target), { recursive: true }))
  const { value, attempts } = await client.download(url, facts.size, async (body) => {
    const { pass, measured } = measure()
    await pipeline(body, pass, createWriteStream(part)).catch((error: NodeJS.ErrnoException) => {
      throw isOfDisk(error) ? diskError(target, error) : error
    })
    const stored = measured()
    // A body that breaks off fails by itself; one that is whole and of another size is so, or so once.
    if (facts.size !== undefined && stored.size !== facts.size && !hasDiffered) {
      hasDiffered = true
      throw new RequestError(`${stored.size} bytes came of a file of ${facts.size}`)
    }
    return { value: stored, bytes: stored.size }
  })
  await onDisk(target, () => putInPlace(part, target, facts))
  return { ...value, calls: attempts }
}

/** Whether a file lies there already, as Keap has it now. */
export async function isThere(target: string, { size, updatedMs }: FileFacts): Promise<boolean> {
  const found = await stat(target).catch(() => undefined)
  return found?.isFile() === true && size === found.size && updatedMs === Math.round(found.mtimeMs)
}

async function putInPlace(part: string, target: string, { updatedMs }: FileFacts): Promise<void> {
  const handle = await open(part, 'r+')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
  if (updatedMs !== undefined) await utimes(part, updatedMs / 1000, updatedMs / 1000)
  boundary('before file rename')
  await rename(part, target)
  boundary('after file rename')
}

async function hashOf(file: string): Promise<{ sha256: string; size: number }> {
  const { pass, measured } = measure()
  await pipeline(createReadStream(file), pass.resume())
  return measured()
}

/** A stream that lets bytes by and knows afterwards how many they were, and their hash. */
function measure(): { pass: Transform; measured: () => { sha256: string; size: number } } {
  const hash: Hash = createHash('sha256')
  let size = 0
  const pass = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk)
      size += chunk.length
      done(null, chunk)
    },
  })
  return { pass, measured: () => ({ sha256: hash.digest('hex'), size }) }
}

async function onDisk<T>(target: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act()
  } catch (error) {
    throw isOfDisk(error) ? diskError(target, error) : error
  }
}

/** A write that fails names no path, as a socket's doesn't: there the code tells. */
function isOfDisk(error: unknown): error is NodeJS.ErrnoException {
  if (!(error instanceof Error) || !('syscall' in error) || !('code' in error)) return false
  return 'path' in error || ['ENOSPC', 'EDQUOT', 'EFBIG', 'EIO', 'EROFS'].includes(String(error.code))
}

function diskError(target: string, error: NodeJS.ErrnoException): ConfigError {
  return new ConfigError(
    `The file ${target} can't be written (${error.code}). Make room or correct files_dir, and run again: it goes on there.`,
    { cause: error },
  )
}
