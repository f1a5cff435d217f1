import type { z } from 'zod'
import { type JsonObjectText, type JsonText, sliceObject, stringOf } from './json-text.js'
import { ControlMessage } from './messages.js'

/**
 * The message that a line is, unless it is a RECORD. Types are read case-insensitively; members that the protocol doesn't
 * know are ignored.
 *
 * @throws {JsonSyntaxError} when the line isn't one JSON object
 * @throws {TypeError} when it is, but not a message: the text says what was seen and what was wanted
 */
export function parseControlMessage(line: string): ControlMessage {
  const members = sliceObject(line)
  const type = typeOf(members.get('type'))
  const message = ControlMessage.safeParse({ ...fieldsOf(type, members), type })
  if (message.success) return message.data
  throw new TypeError(describe(type, message.error, members))
}

function typeOf(text: JsonText | undefined): string {
  return text?.startsWith('"') ? stringOf(text).toUpperCase() : ''
}

/** STATE's value stays text; everything else is small and becomes a value. */
function fieldsOf(type: string, members: JsonObjectText): Record<string, unknown> {
  const fields: Record<string, unknown> = {}
  for (const [key, text] of members) {
    fields[key] = type === 'STATE' && key === 'value' ? text : JSON.parse(text)
  }
  return fields
}

function describe(type: string, error: z.ZodError, members: JsonObjectText): string {
  if (!['SCHEMA', 'STATE', 'ACTIVATE_VERSION'].includes(type)) {
    const seen = members.get('type') ?? 'no type'
    return `a message of type SCHEMA, RECORD, STATE or ACTIVATE_VERSION wanted, ${seen.slice(0, 60)} seen`
  }
  const issue = error.issues[0]
  const where = issue?.path.join('.') || 'message'
  return `a ${type} message whose "${where}" is wrong: ${issue?.message ?? 'not as the protocol has it'}`
}
