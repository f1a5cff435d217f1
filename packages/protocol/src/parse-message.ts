import type { z } from 'zod'
import {
  expectEnd,
  type JsonObjectText,
  type JsonText,
  scanMembers,
  scanValue,
  skipSpace,
  sliceMembers,
  stringOf,
} from './json-text.js'
import { Message, RecordMessage } from './messages.js'

/**
 * The message that one line is. Types are read case-insensitively; members that the protocol doesn't know are ignored.
 *
 * @throws {JsonSyntaxError} when the line isn't one JSON object
 * @throws {TypeError} when it is, but not a message: the text says what was seen and what was wanted
 */
export function parseMessage(line: string): Message {
  const { members, record } = sliceEnvelope(line)
  const type = typeOf(members.get('type'))
  const fields = fieldsOf(type, members)
  fields.type = type
  if (record !== undefined) fields.record = record
  const message = (type === 'RECORD' ? RecordMessage : Message).safeParse(fields)
  if (message.success) return message.data
  throw new TypeError(describe(type, message.error, members))
}

/** The line's own members, and those of `record` beside them, in one pass over the text. */
function sliceEnvelope(line: string): { members: Map<string, JsonText>; record: JsonObjectText | undefined } {
  const members = new Map<string, JsonText>()
  let record: JsonObjectText | undefined
  const end = scanMembers(line, skipSpace(line, 0), (key, at) => {
    if (key === 'record' && line[at] === '{') {
      const inner = sliceMembers(line, at)
      record = inner.members
      return inner.end
    }
    const valueEnd = scanValue(line, at)
    members.set(key, line.slice(at, valueEnd))
    return valueEnd
  })
  expectEnd(line, end)
  return { members, record }
}

function typeOf(text: JsonText | undefined): string {
  return text?.startsWith('"') ? stringOf(text).toUpperCase() : ''
}

/** STATE's value stays text; everything else in an envelope is small and becomes a value. */
function fieldsOf(type: string, members: JsonObjectText): Record<string, unknown> {
  const fields: Record<string, unknown> = {}
  for (const [key, text] of members) {
    fields[key] = type === 'STATE' && key === 'value' ? text : JSON.parse(text)
  }
  return fields
}

function describe(type: string, error: z.ZodError, members: JsonObjectText): string {
  if (!['SCHEMA', 'RECORD', 'STATE', 'ACTIVATE_VERSION'].includes(type)) {
    const seen = members.get('type') ?? 'no type'
    return `a message of type SCHEMA, RECORD, STATE or ACTIVATE_VERSION wanted, ${seen.slice(0, 60)} seen`
  }
  const issue = error.issues[0]
  const where = issue?.path.join('.') || 'message'
  return `a ${type} message whose "${where}" is wrong: ${issue?.message ?? 'not as the protocol has it'}`
}
