import type { Shape } from '@keap-postgres/protocol'

/** In which slots of a record the wanted properties lie, in their order; -1 where the record has none. */
export type SlotsIn = (shape: Shape) => Int32Array

/**
 * Looks wanted properties up once for each shape of record.
 *
 * @param onUnknown told once of each property that isn't wanted
 */
export function findSlots(wanted: readonly string[], onUnknown: (property: string) => void): SlotsIn {
  const known = new Set(wanted)
  const found = new WeakMap<Shape, Int32Array>()
  let last: { shape: Shape; slots: Int32Array } | undefined

  function lookUp(shape: Shape): Int32Array {
    for (const name of shape.names) {
      if (known.has(name)) continue
      known.add(name)
      onUnknown(name)
    }
    // Of a property that stands twice the last counts.
    const places = new Map(shape.names.map((name, slot) => [name, slot]))
    return Int32Array.from(wanted, (name) => places.get(name) ?? -1)
  }

  return (shape) => {
    if (last?.shape === shape) return last.slots
    const slots = found.get(shape) ?? lookUp(shape)
    found.set(shape, slots)
    last = { shape, slots }
    return slots
  }
}
