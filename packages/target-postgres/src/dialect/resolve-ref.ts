import { JsonSchema } from '@keap-postgres/protocol'

/**
 * The part of a schema that a `$ref` names by JSON pointer (`#/definitions/money`, `#` for the whole); `undefined` when it is
 * somewhere else, or nowhere.
 */
export function resolveRef(ref: string, root: JsonSchema): JsonSchema | undefined {
  const steps = stepsOf(ref)
  if (!steps) return undefined
  let part: unknown = root
  for (const step of steps) {
    part = typeof part === 'object' && part !== null && Object.hasOwn(part, step) ? Reflect.get(part, step) : undefined
  }
  const found = JsonSchema.safeParse(part)
  return found.success ? found.data : undefined
}

function stepsOf(ref: string): string[] | undefined {
  if (!/^#(\/|$)/.test(ref)) return undefined
  try {
    const [, ...steps] = decodeURIComponent(ref).split('/')
    return steps.map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
  } catch {
    return undefined
  }
}
