/** Whether `piece` stands in `bytes` at `at`. For short pieces a loop is faster than a call out of JavaScript. */
export function startsWith(bytes: Buffer, at: number, piece: Buffer): boolean {
  for (let index = 0; index < piece.length; index++) {
    if (bytes[at + index] !== piece[index]) return false
  }
  return true
}
