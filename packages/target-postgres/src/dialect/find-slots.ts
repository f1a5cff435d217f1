import type { Shape } from '@keap-postgres/protocol'

/**
 * Looks wanted properties up once for each shape of record.
 *
 * @param onUnknown told once of each property that isn't wanted
 * @param prepare gets the slots of a record in which the wanted properties lie, in their order; -1 where the record has none
 * @returns what was prepared for records of a shape
 */
export function findSlots<T>(
  wanted: readonly string[],
  onUnknown: (property: string) => void,
  prepare: (slots: readonly number[]) => T,
): (shape: Shape) => T {
  const known = new Set(wanted)
  const found = new WeakMap<Shape, T>()
  let last: { shape: Shape; prepared: T } | undefined

  function lookUp(shape: Shape): T {
    for (const name of shape.names) {
      if (known.has(name)) continue
      known.add(name)
      onUnknown(name)
    }
    // Of a property that stands twice the last counts.
    const places = new Map(shape.names.map((name, slot) => [name, slot]))
    return prepare(wanted.map((name) => places.get(name) ?? -1))
  }

  return (shape) => {
    if (last?.shape === shape) return last.prepared
    const prepared = found.get(shape) ?? lookUp(shape)
    found.set(shape, prepared)
    last = { shape, prepared }
    return prepared
  }
}
