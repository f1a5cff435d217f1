const MAX_BYTES = 63

/** A custom field, as Keap defines it. Ids are digits as text: they may be beyond 2^53. */
export type Field = { id: string; label: string | null; fieldType: string | null }

/** A custom field and the column it has, with what was last known of it. */
export type FieldColumn = Field & { column: string; position: number }

/**
 * Gives each new field a column after those that there are. A field that has one keeps it, whatever became of its label or of
 * the field itself.
 *
 * @param given the fields' columns so far
 * @param taken names that no field may get
 */
export function nameColumns(
  fields: readonly Field[],
  given: readonly FieldColumn[],
  taken: readonly string[],
): FieldColumn[] {
  const current = new Map(fields.map((field) => [field.id, field]))
  const known = new Set(given.map(({ id }) => id))
  const used = new Set([...taken, ...given.map(({ column }) => column)])
  const columns = given
    .toSorted((a, b) => a.position - b.position)
    .map((column) => ({ ...column, ...current.get(column.id) }))
  let position = Math.max(0, ...given.map((column) => column.position))
  for (const field of [...current.values()].sort(byId)) {
    if (known.has(field.id)) continue
    const column = freeName(nameFromLabel(field.label ?? ''), field.id, used)
    used.add(column)
    columns.push({ ...field, column, position: ++position })
  }
  return columns
}

/** `name`, or with `suffix` appended if that is taken, or has to be said for want of a name. */
export function freeName(name: string, suffix: string, used: ReadonlySet<string>): string {
  if (name !== '' && !used.has(name)) return name
  const base = name === '' ? 'field' : name
  for (let attempt = 1; ; attempt++) {
    const tail = attempt === 1 ? `_${suffix}` : `_${suffix}_${attempt}`
    const candidate = `${cut(base, MAX_BYTES - Buffer.byteLength(tail))}${tail}`
    if (!used.has(candidate)) return candidate
  }
}

/** A name that can be typed without quotes: letters and digits of any script, in lower case, and underscores. */
function nameFromLabel(label: string): string {
  const name = label
    .normalize('NFC')
    .toLowerCase()
    // Marks are parts of letters in many scripts; what can't be seen isn't part of a name.
    .replace(/[^\p{L}\p{N}\p{Mn}\p{Mc}]|\p{Default_Ignorable_Code_Point}/gu, '_')
    .replace(/_+/g, '_')
    .replace(/^_|_$/g, '')
  return cut(/^[0-9]/.test(name) ? `_${name}` : name, MAX_BYTES).replace(/_$/, '')
}

/** As many whole characters as fit. */
function cut(name: string, maxBytes: number): string {
  let result = ''
  let bytes = 0
  for (const character of name) {
    bytes += Buffer.byteLength(character)
    if (bytes > maxBytes) break
    result += character
  }
  return result
}

function byId(a: Field, b: Field): number {
  return a.id.length - b.id.length || (a.id < b.id ? -1 : 1)
}
