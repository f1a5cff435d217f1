/** The text isn't JSON. `at` is the offset of the first character that can't stand there. */
export class JsonSyntaxError extends Error {
  readonly at: number

  constructor(text: string, at: number, wanted: string) {
    const seen = at < text.length ? `"${text.slice(at, at + 20)}"` : 'the end'
    super(`${wanted} wanted at character ${at + 1}, ${seen} seen`)
    this.name = 'JsonSyntaxError'
    this.at = at
  }
}
