import { readFileSync } from 'node:fs'
import { z } from 'zod'

const manifest: unknown = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))

/** The version of this package and what it is, as its package.json has them. */
export const { version, description } = z.object({ version: z.string(), description: z.string() }).parse(manifest)
