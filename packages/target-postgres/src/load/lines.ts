/** In which line of the input each of many records stood. Neighbours cost nothing. */
export class Lines {
  /** The number of a record, counted from 0, and its line; what follows it stood in the lines that follow. */
  readonly #runs: number[] = []
  #records = 0
  #nextLine = -1

  add(line: number): void {
    if (line !== this.#nextLine) this.#runs.push(this.#records, line)
    this.#records++
    this.#nextLine = line + 1
  }

  /** The line of a record, by its number, counted from 0. */
  of(record: number): number {
    let run = this.#runs.length - 2
    while (run > 0 && (this.#runs[run] as number) > record) run -= 2
    return (this.#runs[run + 1] ?? 0) + record - (this.#runs[run] ?? 0)
  }
}
