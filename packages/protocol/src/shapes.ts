import { startsWith } from './bytes.js'
import type { LineScanner } from './line-scanner.js'
import { Shape } from './shape.js'

/** After so many surprises the known shapes are forgotten: a stream with ever new names would fill the memory. */
const MAX_SURPRISES = 10_000

/** The shapes that the records of a stream have had. */
export class Shapes {
  #root = new Shape()
  #surprises = 0

  /** The shape of the record that the scanner has read last. */
  find(scanner: LineScanner): Shape {
    let shape = this.#root
    const { bytes, members } = scanner
    for (let slot = 0; slot < members; slot++) {
      const { key, keyEnd } = scanner.member(slot)
      let { likely } = shape
      if (!likely || !startsWith(bytes, key, likely.key)) {
        likely = shape.step(bytes, key, keyEnd)
        this.#noteSurprise()
      }
      shape = likely.to
    }
    return shape
  }

  #noteSurprise(): void {
    if (++this.#surprises < MAX_SURPRISES) return
    this.#surprises = 0
    this.#root = new Shape()
  }
}
