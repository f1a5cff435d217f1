import { ConfigError } from '@keap-postgres/protocol'
import { fromUrl, type ServerChoice } from '../db/choose-connection.js'

/** What the command line names: a snapshot that was kept, the configured database as it is, or another one. */
export type DiffOperand =
  | { kind: 'snapshot'; id: number }
  | { kind: 'now' }
  | { kind: 'database'; label: string; server: ServerChoice }

/**
 * @param name `A` or `B`
 * @throws {ConfigError} when it is none of these
 */
export function readOperand(text: string, name: string): DiffOperand {
  if (/^\d{1,15}$/.test(text)) return { kind: 'snapshot', id: Number(text) }
  if (text === 'now') return { kind: 'now' }
  if (/^postgres(ql)?:\/\//.test(text)) {
    const server = fromUrl(text, name)
    const { host, pathname } = new URL(text)
    return { kind: 'database', label: `the database ${host}${pathname}`, server }
  }
  throw new ConfigError(
    `${name} is "${text}", which can't be compared. Give the number of a snapshot, "now" for the database as it is, or a ` +
      'connection string like postgres://user:password@host:5432/database.',
  )
}
