import { z } from 'zod'

/** `error`: the copy is wrong, incomplete or stale; `warning`: the account contradicts itself; `info`: worth tidying up. */
export const Severity = z.enum(['error', 'warning', 'info'])
export type Severity = z.infer<typeof Severity>

/** A number that decides what is a finding; the config may give another. */
export type Threshold = { name: string; standard: number; meaning: string }

/**
 * What the statement is made for. `one check each`: every row makes a check of its own; `all in one`: the statement is
 * repeated for every row, and the findings of all are one check's.
 */
export type Family = { kind: 'one check each' | 'all in one'; names: readonly string[]; rows: FamilyRows }

/** Written in the header, or found in the database: the tables that are loaded, or all their columns. */
type FamilyRows = readonly (readonly string[])[] | 'loaded streams' | 'loaded columns'

/** A file of a pack. In a family, texts may hold `{name}` for what its rows say. */
export type CheckFile = {
  /** As a person would look for it. */
  file: string
  id: string
  severity: string
  title: string
  why: string
  /** What is taken for granted, how amounts are rounded; '' when there is nothing to say. */
  rules: string
  /** Without these the check isn't tested; `any`: without a single table. */
  streams: readonly string[]
  /** Nor without these, `stream.column`. */
  columns: readonly string[]
  thresholds: readonly Threshold[]
  family: Family | undefined
  /** The statement: what it returns are findings, with `key` and `explanation`. */
  sql: string
  /** The line of the file that the statement begins with. */
  firstLine: number
}
