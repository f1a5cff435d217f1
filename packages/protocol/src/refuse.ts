import { expectEnd, JsonSyntaxError, scanMembers, scanValue, skipSpace } from './json-text.js'

/**
 * Says what is wrong with a line that the scanner doesn't take.
 *
 * @param isBare the line is a record, without a message around it
 */
export function refuse(line: string, isBare: boolean): never {
  const value = (_key: string, at: number) => scanValue(line, at)
  const member = (key: string, at: number) =>
    key === 'record' && line[at] === '{' ? scanMembers(line, at, value) : scanValue(line, at)
  expectEnd(line, scanMembers(line, skipSpace(line, 0), isBare ? value : member))
  throw new JsonSyntaxError(line, 0, 'JSON')
}
