import { z } from 'zod'

/** What between two snapshots is worth telling. Percentages are of 100. */
export const DriftSettings = z.strictObject({
  /** A table lost more than that of its rows. */
  shrink_percent: z.number().min(0).max(100).default(10),
  /** The share of rows in which a column is null rose or fell by more than that. */
  null_percent: z.number().min(0).max(100).default(10),
  /** A table that used to change hasn't for so long, and for twice as long as ever before. */
  quiet_days: z.number().positive().default(7),
  /** Tables, or columns as table.column; `*` stands for anything. */
  ignore: z.array(z.string()).default([]),
  /** Whether drift ends the command with exit code 4. */
  fail: z.boolean().default(false),
})
export type DriftSettings = z.infer<typeof DriftSettings>
