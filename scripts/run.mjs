// Runs commands at the root of the repository.
import { spawnSync } from 'node:child_process'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('..', import.meta.url))

/** Runs a command to its end, or ends this process with the command's exit code. */
export function run(command, args, options = {}) {
  const shell = process.platform === 'win32'
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: 'inherit', shell, ...options })
  if (error) throw error
  if (status !== 0) process.exit(status ?? 1)
}

/** A command that a dev dependency brings. */
export function bin(name) {
  return path.join(root, 'node_modules', '.bin', name)
}
