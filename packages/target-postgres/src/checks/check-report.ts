import type { CheckResult } from './run-check.js'

/** What a pack found, at one moment. */
export type CheckReport = {
  pack: string
  targetSchema: string
  /** What the checks saw is the database as it was then. */
  checkedAt: Date
  results: readonly CheckResult[]
}
