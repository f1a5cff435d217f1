import type { z } from 'zod'
import { type JsonObjectText, type JsonText, sliceObject, stringOf } from './json-text.js'
import { ControlMessage, type UnknownMessage } from './messages.js'

/**
 * The message that a line is, unless it is a RECORD. Types are read case-insensitively; members that the protocol doesn't
 * know are ignored, and so may be whole messages: one of another type is given back as such.
 *
 * @throws {JsonSyntaxError} when the line isn't one JSON object
 * @throws {TypeError} when it is, but not a message: the text says what was seen and what was wanted
 */
export function parseControlMessage(line: string): ControlMessage | UnknownMessage {
  const members = sliceObject(line)
  const name = nameOf(members.get('type'))
  if (name === '')
    throw new TypeError(`a message with a type wanted, ${members.get('type')?.slice(0, 60) ?? 'no type'} seen`)
  const type = name.toUpperCase()
  if (!TYPES.includes(type)) return { type: 'UNKNOWN', name }
  const message = ControlMessage.safeParse({ ...fieldsOf(type, members), type })
  if (message.success) return message.data
  throw new TypeError(describe(type, message.error))
}

const TYPES: readonly string[] = ['SCHEMA', 'STATE', 'ACTIVATE_VERSION', 'BATCH'] satisfies ControlMessage['type'][]

function nameOf(text: JsonText | undefined): string {
  return text?.startsWith('"') ? stringOf(text) : ''
}

/** STATE's value stays text; everything else is small and becomes a value. */
function fieldsOf(type: string, members: JsonObjectText): Record<string, unknown> {
  const fields: Record<string, unknown> = {}
  for (const [key, text] of members) {
    fields[key] = type === 'STATE' && key === 'value' ? text : JSON.parse(text)
  }
  return fields
}

function describe(type: string, error: z.ZodError): string {
  const issue = error.issues[0]
  const where = issue?.path.join('.') || 'message'
  return `a ${type} message whose "${where}" is wrong: ${issue?.message ?? 'not as the protocol has it'}`
}
