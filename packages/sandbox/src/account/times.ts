import type { Random } from '../random.js'

const yearMs = 365 * 24 * 3600 * 1000

/** An instant as Keap v2 writes it, in whole seconds: `2024-03-15T10:30:00Z`. Texts of this form sort by time. */
export const timeText = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`

/** `2024-03-15`. */
export const dateText = (ms: number): string => new Date(ms).toISOString().slice(0, 10)

/** The v1 form of a v2 time: `2024-03-15T10:30:00.000+0000`. */
export const v1Time = (time: string): string => time.replace(/Z$/, '.000+0000')

/** An instant in the three years before `endMs`. */
export const pastMs = (random: Random, endMs: number): number => endMs - 60_000 - Math.floor(random.next() * 3 * yearMs)

/** An instant between another one and `endMs`. */
export const laterMs = (random: Random, startMs: number, endMs: number): number =>
  startMs + Math.floor(random.next() * Math.max(0, endMs - 1000 - startMs))
