/** What a value's bytes hold beside plain text: `src/marks.ts` says what each mark means. */
export const ESCAPED: i32 = 1
export const ODD: i32 = 2
