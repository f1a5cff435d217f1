import { readFileSync } from 'node:fs'
import { z } from 'zod'

const manifest: unknown = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))

/** The version in package.json, where it stands once. */
export const packageVersion: string = z.object({ version: z.string() }).parse(manifest).version
