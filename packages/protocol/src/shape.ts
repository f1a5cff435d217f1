/**
 * The names of an object's properties, in the order they stand. Objects of one shape share it, so whoever works on their
 * properties by place has to look at the names only once.
 *
 * A shape is a way from the empty one, a step for each name, as V8's hidden classes are. Whoever reads an object tries the
 * step that was taken last, and looks for another only when the bytes say otherwise.
 */
export class Shape {
  /** How many names there are, which is the slot of the next one. */
  readonly size: number
  /** The step taken last from here. */
  likely: Step | undefined
  readonly #before: Shape | undefined
  readonly #name: string
  readonly #steps = new Map<string, Step>()
  #names: readonly string[] | undefined

  constructor(before?: Shape, name = '') {
    this.#before = before
    this.#name = name
    this.size = before ? before.size + 1 : 0
  }

  /** A name that stands twice is here twice; the last counts, as in `JSON.parse`. */
  get names(): readonly string[] {
    if (this.#names) return this.#names
    const names: string[] = []
    for (let shape: Shape = this; shape.#before; shape = shape.#before) names.push(shape.#name)
    this.#names = names.reverse()
    return names
  }

  /** The step by the key that stands in `bytes` from `start` to `end`, quotes included. */
  step(bytes: Buffer, start: number, end: number): Step {
    const text = bytes.toString('latin1', start, end)
    let step = this.#steps.get(text)
    if (!step) {
      const key = Buffer.from(text, 'latin1')
      step = { key, to: new Shape(this, String(JSON.parse(key.toString()))) }
      this.#steps.set(text, step)
    }
    this.likely = step
    return step
  }
}

/** `key` is the JSON text of a name. */
export type Step = { readonly key: Buffer; readonly to: Shape }
