/** What a value's bytes hold beside plain text, as `assembly/value.ts` finds it. Text without a mark means what its bytes say. */

/** A backslash. */
export const ESCAPED = 1

/** An escape `\uXXXX`, a number with an exponent or of very many digits, white space that isn't a blank. */
export const ODD = 2
