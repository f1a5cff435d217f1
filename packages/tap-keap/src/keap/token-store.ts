import { createHash, randomUUID } from 'node:crypto'
import { mkdir, open, readFile, rename } from 'node:fs/promises'
import path from 'node:path'
import { ConfigError } from '@keap-postgres/protocol'
import { z } from 'zod'

/** What a refresh gave. `issued_to` tells which sign-in the tokens descend from, without holding it. */
export const Tokens = z.object({
  access_token: z.string(),
  refresh_token: z.string(),
  /** Epoch milliseconds. */
  expires_at: z.number(),
  issued_to: z.string(),
})
export type Tokens = z.infer<typeof Tokens>

/** Names a sign-in by the refresh token it started with: a new one in the config makes older stored tokens void. */
export function signInOf(clientId: string, refreshToken: string): string {
  return createHash('sha256').update(`${clientId}\n${refreshToken}`).digest('hex').slice(0, 32)
}

/** Keeps the newest tokens in a file that only its owner may read. */
export function fileTokenStore(file: string) {
  return {
    file,

    /** @throws {ConfigError} when the file holds something else */
    async read(): Promise<Tokens | undefined> {
      const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return undefined
        throw new ConfigError(
          `The token file ${file} can't be read (${error.code}). Make it readable, or set token_path.`,
        )
      })
      if (text === undefined) return undefined
      try {
        return Tokens.parse(JSON.parse(text))
      } catch {
        throw new ConfigError(
          `The token file ${file} doesn't hold what tap-keap writes there. Delete it, and put a new refresh_token in the config.`,
        )
      }
    },

    /** Whole or not at all, and on the disk before it returns: the old refresh token is dead already. */
    async write(tokens: Tokens): Promise<void> {
      const folder = path.dirname(file)
      await mkdir(folder, { recursive: true, mode: 0o700 })
      const temporary = path.join(folder, `.${path.basename(file)}.${randomUUID()}`)
      const handle = await open(temporary, 'wx', 0o600)
      try {
        await handle.writeFile(`${JSON.stringify(tokens, null, 2)}\n`)
        await handle.sync()
      } finally {
        await handle.close()
      }
      await rename(temporary, file)
    },
  }
}

export type TokenStore = Pick<ReturnType<typeof fileTokenStore>, 'read' | 'write' | 'file'>
