import { closeSync, constants, ftruncateSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs'
import path from 'node:path'
import { Budgets } from './keap/budgets.js'
import type { BudgetStore } from './keap/gate.js'
import { withLockFile } from './lock-file.js'

/**
 * Budgets in a file that all taps with one credential share, so that together they let through what one would, in whatever
 * order they ask. Where the file can't be used, this tap goes on alone from what it knows.
 *
 * @param signal ends the waiting for another tap
 * @param onAlone told once, with the reason
 */
export function sharedBudgets(file: string, signal: AbortSignal, onAlone: (reason: string) => void): BudgetStore {
  const lock = `${file}.lock`
  let latest: Budgets | undefined
  let isReady = false
  let isAlone = false
  return {
    async update(change) {
      if (!isAlone) {
        try {
          if (!isReady) mkdirSync(path.dirname(file), { recursive: true })
          isReady = true
          const changed = await withLockFile(
            lock,
            async () => {
              const known = read(file)
              const after = change(known)
              if (after.budgets !== known) write(file, after.budgets)
              return after
            },
            { signal },
          )
          latest = changed.budgets
          return changed.result
        } catch (error) {
          if (!isOfDisk(error)) throw error
          isAlone = true
          onAlone(`${file} can't be used (${error.code})`)
        }
      }
      const { budgets, result } = change(latest)
      latest = budgets
      return result
    },
  }
}

/** Undefined when there is none, or one that another version wrote: a count that is lost is told by the next answer. */
function read(file: string): Budgets | undefined {
  try {
    // Behind the first line there may be the rest of a longer one.
    const [line = ''] = readFileSync(file, 'utf8').split('\n')
    return Budgets.parse(JSON.parse(line))
  } catch (error) {
    if (isOfDisk(error) && error.code !== 'ENOENT') throw error
    return undefined
  }
}

/**
 * In one piece and in place, so that a tap may be killed here. Only the holder of the lock writes. To write a new file and
 * rename it would make the file system put it on the disk each time, and it isn't worth that: when the machine fails and
 * half of it is lost, the next answer tells the rest.
 */
function write(file: string, budgets: Budgets): void {
  const text = Buffer.from(`${JSON.stringify(budgets)}\n`)
  const handle = openSync(file, constants.O_RDWR | constants.O_CREAT, 0o600)
  try {
    writeSync(handle, text, 0, text.length, 0)
    ftruncateSync(handle, text.length)
  } finally {
    closeSync(handle)
  }
}

function isOfDisk(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error
}
