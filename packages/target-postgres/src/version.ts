import { readFileSync } from 'node:fs'
import { z } from 'zod'

const manifest: unknown = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))

/** The version in package.json, where it stands once, and what the package is. */
export const { version: packageVersion, description } = z
  .object({ version: z.string(), description: z.string() })
  .parse(manifest)
