import { objectText } from './json-text.js'
import type { RecordMessage, StateMessage } from './messages.js'

/** A RECORD of plain values. @param more `version`, `time_extracted` (RFC 3339) */
export function recordFrom(
  stream: string,
  values: Readonly<Record<string, unknown>>,
  more: Pick<RecordMessage, 'version' | 'time_extracted'> = {},
): RecordMessage {
  return { type: 'RECORD', stream, record: objectText(values), ...more }
}

/** A STATE of any value that JSON can say. */
export function stateFrom(value: unknown): StateMessage {
  const text: string | undefined = JSON.stringify(value)
  if (text === undefined) throw new TypeError('a state that JSON cannot say')
  return { type: 'STATE', value: text }
}
