import { mkdir, readFile, rename, unlink } from 'node:fs/promises'
import path from 'node:path'
import { ConfigError } from '@keap-postgres/protocol'
import { z } from 'zod'
import { type HeldTokens, type TokenStore, Tokens } from '../keap/tokens.js'
import { withLockFile } from '../lock-file.js'
import { replaceFile } from './replace-file.js'

const TokenFile = z.object({ sign_ins: z.array(Tokens) })
type TokenFile = z.infer<typeof TokenFile>

/** Keeps sign-ins in a file that only its owner may read. */
export function fileTokenStore(file: string, signal: AbortSignal): TokenStore {
  // Always of this name: what a killed process left there can be found, and is newer than the file.
  const draft = `${file}.new`

  async function read(name: string): Promise<Tokens | undefined> {
    return (await readTokenFile(file)).sign_ins.find(({ names }) => names.includes(name))
  }

  async function write(tokens: Tokens): Promise<void> {
    const { sign_ins } = await readTokenFile(file)
    const others = sign_ins.filter(({ names }) => names[0] !== tokens.names[0])
    const text = `${JSON.stringify({ sign_ins: [...others, tokens] } satisfies TokenFile, null, 2)}\n`
    await replaceFile(file, text, { draft, mode: 0o600 }).catch((error: NodeJS.ErrnoException) => {
      throw new ConfigError(
        `Keap gave new tokens, and the token file ${file} can't take them (${error.code}). The old ones are dead, so the sign-in ` +
          'is lost: make room there, and sign in again with tap-keap login.',
        { cause: error },
      )
    })
  }

  /** Killed between the end of the draft and its renaming: the tokens in it are the only living ones. */
  async function takeDraft(): Promise<void> {
    const text = await readFile(draft, 'utf8').catch(() => undefined)
    if (text === undefined) return
    if (parseTokenFile(text)) await rename(draft, file)
    else await unlink(draft)
  }

  return {
    place: `the token file ${file}`,
    read,
    async exclusively<T>(act: (held: HeldTokens) => Promise<T>): Promise<T> {
      // The lock lies in the same folder: that it can't take a file is found out here, while the old tokens are still good.
      try {
        await mkdir(path.dirname(file), { recursive: true, mode: 0o700 })
        return await withLockFile(
          `${file}.lock`,
          async () => {
            await takeDraft()
            return await act({ read, write })
          },
          { signal },
        )
      } catch (error) {
        throw isOfDisk(error) ? unwritable(file, error) : error
      }
    },
  }
}

/** @throws {ConfigError} when it can't be read, or holds something else */
async function readTokenFile(file: string): Promise<TokenFile> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw new ConfigError(`The token file ${file} can't be read (${error.code}). Make it readable, or set token_path.`)
  })
  if (text === undefined) return { sign_ins: [] }
  const parsed = parseTokenFile(text)
  if (parsed) return parsed
  throw new ConfigError(
    `The token file ${file} doesn't hold what tap-keap writes there. Delete it, and sign in again: tap-keap login`,
  )
}

function parseTokenFile(text: string): TokenFile | undefined {
  try {
    return TokenFile.parse(JSON.parse(text))
  } catch {
    return undefined
  }
}

function isOfDisk(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error && 'path' in error
}

function unwritable(file: string, { code }: NodeJS.ErrnoException): ConfigError {
  return new ConfigError(
    `The folder of the token file ${file} can't be written to (${code}), and Keap's tokens change with each renewal. ` +
      'Make it writable, or set token_path (or token_store).',
  )
}
