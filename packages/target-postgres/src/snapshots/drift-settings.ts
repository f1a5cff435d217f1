import { z } from 'zod'

/** What between two snapshots is worth telling. Percentages are of 100. */
export const DriftSettings = z.strictObject({
  shrink_percent: z.number().min(0).max(100).default(10).describe('A table lost more than that of its rows'),
  null_percent: z
    .number()
    .min(0)
    .max(100)
    .default(10)
    .describe('The share of rows in which a column is null rose or fell by more than that'),
  quiet_days: z
    .number()
    .positive()
    .default(7)
    .describe("A table that used to change hasn't for so long, and for twice as long as ever before"),
  ignore: z.array(z.string()).default([]).describe('Tables, or columns as table.column; `*` stands for anything'),
  fail: z.boolean().default(false).describe('Whether drift ends the command with exit code 4'),
})
export type DriftSettings = z.infer<typeof DriftSettings>
