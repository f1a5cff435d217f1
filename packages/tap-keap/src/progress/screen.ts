import type { Writable } from 'node:stream'
import type { Environment } from '@keap-postgres/protocol'

export type Terminal = Pick<Writable, 'write'> & { isTTY?: boolean; columns?: number }

/** A few lines at the bottom of a terminal, drawn again and again in the same place, below the lines that stay. */
export type Screen = {
  /** Where to write what stays. */
  stderr: Pick<Writable, 'write'> & { isTTY: true }
  /** Draws these lines, and draws them anew from time to time, until what it returns is called. */
  show(lines: () => readonly string[]): () => void
}

/** On less, the lines would say nothing. */
const MIN_COLUMNS = 60
const REDRAW_MS = 250

export const CLEAR_BELOW = '\x1b[J'
const DIM = '\x1b[2m'
const NORMAL = '\x1b[22m'

/**
 * Undefined where nothing can be drawn: what isn't a terminal, or one that can't move its cursor.
 *
 * The lines are drawn below an empty one, at whose beginning the cursor is left: what the other program of a pipe writes to
 * the same terminal lands there, and the next drawing begins below it.
 */
export function openScreen(terminal: Terminal, env: Environment): Screen | undefined {
  if (!terminal.isTTY || env.TERM === 'dumb') return undefined
  const isPlain = env.NO_COLOR !== undefined && env.NO_COLOR !== ''
  const shade = (line: string) => (isPlain ? line : `${DIM}${line}${NORMAL}`)
  let lines: (() => readonly string[]) | undefined

  function drawing(): string {
    // The last column stays free: some terminals go to the next line when it is filled.
    const width = (terminal.columns ?? 0) - 1
    const shown = width + 1 < MIN_COLUMNS ? [] : (lines?.() ?? []).map((line) => shade(line.slice(0, width)))
    return shown.length === 0 ? CLEAR_BELOW : `${CLEAR_BELOW}\n${shown.join('\n')}\r\x1b[${shown.length}A`
  }

  return {
    // One write each, so that nobody else's lines get in between.
    stderr: {
      isTTY: true,
      write: (text: string) => terminal.write(`${lines ? CLEAR_BELOW : ''}${text}${lines ? drawing() : ''}`),
    },
    show(next) {
      lines = next
      terminal.write(drawing())
      const timer = setInterval(() => terminal.write(drawing()), REDRAW_MS).unref()
      return () => {
        clearInterval(timer)
        lines = undefined
        terminal.write(CLEAR_BELOW)
      }
    },
  }
}
