// Where things lie in the memory, in bytes. `src/line-scanner.ts` says the same to JavaScript.

/** Words in front of all else, for what a call is told and tells. */
export const RECORD_START: i32 = 0
export const RECORD_END: i32 = 4
export const MEMBERS: i32 = 8
export const OUTER_MEMBERS: i32 = 12
export const LINE_END: i32 = 16
export const TABLE: i32 = 20
export const TABLE_END: i32 = 24
export const START_PIECE: i32 = 28
export const MEMBERS_PIECE: i32 = 32
export const END_PIECE: i32 = 36
export const FORGOTTEN: i32 = 40

/** The pieces that lines are known to be made of: see `pieces.ts`. */
export const PIECES: i32 = 64
export const PIECES_END: i32 = 2 * 1024 * 1024

/**
 * An entry of the table: four words. Where the key begins; its length, with quotes, and below that two bits of marks; where
 * the value begins; where it ends.
 */
export const ENTRY: i32 = 16
