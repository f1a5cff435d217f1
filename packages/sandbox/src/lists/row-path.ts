import { isList, isRow, type Json, type Row } from '../json.js'

/** Reads the values at a path in a row; lists on the way are walked, so there may be several, or none. */
export type Reader = (row: Row) => readonly Json[]

interface Step {
  readonly key: string
  /** Only list members whose `field` is this one, e.g. `addresses[BILLING]`. */
  readonly field: string | undefined
}

const parseStep = (step: string): Step => {
  const found = /^([^[]+)(?:\[(\w+)\])?$/.exec(step)
  if (found?.[1] === undefined) throw new SyntaxError(`not a step of a row path: ${step}`)
  return { key: found[1], field: found[2] }
}

const follow = (value: Json | undefined, steps: readonly Step[], at: number, found: Json[]): void => {
  if (value === undefined) return
  if (isList(value)) {
    const only = steps[at - 1]?.field
    for (const member of value) {
      if (only === undefined || (isRow(member) && member.field === only)) follow(member, steps, at, found)
    }
    return
  }
  const step = steps[at]
  if (step === undefined) found.push(value)
  else if (isRow(value)) follow(value[step.key], steps, at + 1, found)
}

/**
 * A reader for a path such as `contact.id`, `email_addresses.email` or `addresses[BILLING].line1`.
 * Compiled once, when the table of endpoints is made.
 */
export const readerOf = (path: string): Reader => {
  const steps = path.split('.').map(parseStep)
  const [first] = steps
  if (first !== undefined && steps.length === 1 && first.field === undefined) {
    return (row) => {
      const value = row[first.key]
      if (value === undefined) return []
      return isList(value) ? value : [value]
    }
  }
  return (row) => {
    const found: Json[] = []
    follow(row, steps, 0, found)
    return found
  }
}

/** The first value at a path, or undefined. */
export const firstAt = (row: Row, path: string): Json | undefined => readerOf(path)(row)[0]

/** A row's own key as text, '' when it is missing or no scalar. */
export const textAt = (row: Row, key: string): string => {
  const value = row[key]
  return typeof value === 'string' ? value : value === undefined || value === null ? '' : String(value)
}

/** A row's own key as a row, an empty one when it is missing or null. */
export const rowAt = (row: Row, key: string): Row => (row[key] ?? {}) as Row

/** A row's own key as a list of rows. */
export const rowsAt = (row: Row, key: string): readonly Row[] => (row[key] ?? []) as readonly Row[]

/** A row's own key as a list of texts. */
export const textsAt = (row: Row, key: string): readonly string[] => (row[key] ?? []) as readonly string[]
