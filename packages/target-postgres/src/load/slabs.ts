const SLAB_BYTES = 1024 * 1024

/** Memory for rows, in pieces that are used again: what a batch has given back, the next one takes. */
export class Slabs {
  readonly #free: Buffer[] = []

  take(minBytes: number): Buffer {
    if (minBytes > SLAB_BYTES) return Buffer.allocUnsafeSlow(minBytes)
    return this.#free.pop() ?? Buffer.allocUnsafeSlow(SLAB_BYTES)
  }

  giveBack(slabs: readonly Buffer[]): void {
    this.#free.push(...slabs.filter((slab) => slab.length === SLAB_BYTES))
  }
}
