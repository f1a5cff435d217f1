/**
 * The places where a program's death is dearest: between two steps that only together make sense. The chaos test lets the
 * programs die at each of them.
 */
export const boundaries = [
  // tap-keap
  'before page',
  'after page',
  'before token store',
  'after token store',
  'before file rename',
  'after file rename',
  // target-postgres
  'before copy',
  'after copy',
  'before merge',
  'after merge',
  'before bookmark',
  'after bookmark',
  'before commit',
  'after commit',
  'before state line',
  'after state line',
] as const
export type Boundary = (typeof boundaries)[number]

/** The variable that arms one: `after copy:3` ends the program when it comes past "after copy" for the third time. */
export const DIE_AT = 'KEAP_POSTGRES_DIE_AT'

let armed: { name: string; left: number; die: () => void } | undefined

/** Called once by what starts the process. @param die ends it on the spot: nothing is flushed, nobody is told */
export function armBoundary(spec: string | undefined, die: () => void): void {
  const [, name, count] = /^(.+):(\d+)$/.exec(spec ?? '') ?? []
  armed = name === undefined ? undefined : { name, left: Number(count), die }
}

/** Marks the place in the code. Unarmed, which is always but in that test, it does nothing. */
export function boundary(name: Boundary): void {
  if (armed === undefined || armed.name !== name) return
  armed.left--
  if (armed.left === 0) armed.die()
}
