import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openScreen } from './screen.js'

test('the lines stand below what stays, and are drawn anew in the same place', () => {
  const terminal = createTerminal()
  let lines = ['contacts 1', 'all 1']
  const screen = openScreen(terminal, {})
  const hide = screen?.show(() => lines)
  screen?.stderr.write('tags: read\n')
  lines = ['contacts 2', 'notes 1', 'all 2']
  screen?.stderr.write('companies: read\n')
  assert.deepEqual(terminal.rows(), ['tags: read', 'companies: read', '', 'contacts 2', 'notes 1', 'all 2'])
  hide?.()
  screen?.stderr.write('finished\n')
  assert.deepEqual(terminal.rows(), ['tags: read', 'companies: read', 'finished'])
})

test('what another program writes to the same terminal stays whole', () => {
  const terminal = createTerminal()
  const screen = openScreen(terminal, {})
  const hide = screen?.show(() => ['contacts 1', 'all 1'])
  terminal.write('target-postgres: hello\n{"bookmarks":{}}\n')
  screen?.stderr.write('tags: read\n')
  assert.deepEqual(terminal.rows(), [
    'target-postgres: hello',
    '{"bookmarks":{}}',
    'tags: read',
    '',
    'contacts 1',
    'all 1',
  ])
  hide?.()
})

test('lines are cut to the terminal’s width, and not shown on one that is too narrow for them', () => {
  const long = 'x'.repeat(200)
  const wide = createTerminal(80)
  openScreen(wide, {})?.show(() => [long])()
  assert.ok(wide.written.includes('x'.repeat(79)) && !wide.written.includes('x'.repeat(80)))
  const narrow = createTerminal(40)
  openScreen(narrow, {})?.show(() => [long])()
  assert.ok(!narrow.written.includes('x'))
})

test('there is no colour with NO_COLOR, and nothing is drawn on a dumb terminal or into a file', () => {
  const terminal = createTerminal()
  openScreen(terminal, { NO_COLOR: '1' })?.show(() => ['contacts'])()
  assert.ok(!terminal.written.includes('\x1b[2m'))
  openScreen(terminal, {})?.show(() => ['contacts'])()
  assert.ok(terminal.written.includes('\x1b[2m'))
  assert.equal(openScreen(terminal, { TERM: 'dumb' }), undefined)
  assert.equal(openScreen({ write: () => true }, {}), undefined)
})

/** As much of a terminal as is needed: it breaks lines, goes up, and clears what is below. */
function createTerminal(columns = 80) {
  const lines: string[] = ['']
  let [row, column] = [0, 0]
  let written = ''

  function put(text: string): void {
    const line = (lines[row] ?? '').padEnd(column)
    lines[row] = line.slice(0, column) + text + line.slice(column + text.length)
    column += text.length
  }

  function command(letter: string, count: number): void {
    if (letter === 'J') lines.splice(row, lines.length, (lines[row] ?? '').slice(0, column))
    if (letter === 'A') row -= count
  }

  function print(text: string): void {
    for (const [piece] of text.matchAll(/\n|\r|[^\n\r]+/g)) {
      if (piece === '\n') [row, column] = [row + 1, 0]
      else if (piece === '\r') column = 0
      else put(piece)
      while (lines.length <= row) lines.push('')
    }
  }

  return {
    isTTY: true as const,
    columns,
    write(text: string) {
      written += text
      const [plain = '', ...commanded] = text.split('\x1b[')
      print(plain)
      for (const piece of commanded) {
        const [all = '', count, letter = ''] = /^(\d*)(\w)/.exec(piece) ?? []
        command(letter, Number(count))
        print(piece.slice(all.length))
      }
      return true
    },
    get written() {
      return written
    },
    /** What is to be seen, without empty lines at the end. */
    rows() {
      return lines.map((line) => line.trimEnd()).slice(0, lines.findLastIndex((line) => line.trim() !== '') + 1)
    },
  }
}
