import { DataError, type JsonSchema, type RecordLine } from '@keap-postgres/protocol'
import { type ErrorObject, type FuncKeywordDefinition, str } from 'ajv'
import { Ajv2019 } from 'ajv/dist/2019.js'
import type { DataValidationCxt } from 'ajv/dist/types/index.js'
import { fullFormats } from 'ajv-formats/dist/formats.js'
import type { Column } from '../dialect/column.js'
import { shownKey } from '../dialect/encode-row.js'
import { encoders } from '../dialect/encode-value.js'
import { InvalidRecordError } from '../dialect/invalid-record.js'
import { isTime } from '../dialect/times.js'
import { isMultiple } from './decimals.js'
import { type LongNumbers, parseNotingLong } from './long-numbers.js'

/** @throws {InvalidRecordError} when the record isn't as its SCHEMA says */
export type ValidateRecord = (message: RecordLine, line: number) => void

/** Compiles a stream's SCHEMA. @throws {DataError} when it isn't JSON Schema */
export type CompileValidator = (stream: string, schema: JsonSchema, columns: readonly Column[]) => ValidateRecord

/**
 * Checks records against everything that JSON Schema (drafts 4 to 2019-09) can say. Two rules beside it: what a column
 * takes for a date, a time or a UUID is one; and a number that JavaScript rounds is refused only for what is true of it as
 * it was sent.
 */
export function validatorCompiler(): CompileValidator {
  let long: LongNumbers = new Map()
  const ajv = new Ajv2019({
    strict: false,
    // Of what isn't quite in order, only what makes a check impossible is an error.
    validateSchema: false,
    meta: false,
    addUsedSchema: false,
    logger: false,
    // 1e400 is a number.
    strictNumbers: false,
    // A property may be called "constructor".
    ownProperties: true,
    formats: { ...fullFormats, ...ownFormats },
    code: { regExp: Object.assign(readPattern, { code: 'new RegExp' }) },
  })
  const textOf = ({ parentData, parentDataProperty }: DataValidationCxt) =>
    long.get(parentData)?.get(String(parentDataProperty))
  for (const keyword of exactKeywords(textOf, () => long))
    ajv.removeKeyword(String(keyword.keyword)).addKeyword(keyword)

  return (stream, schema, columns) => {
    const { $schema, $id, id, ...rest } = schema
    const isValid = compiled(stream, () => ajv.compile(rest))
    return ({ record }, line) => {
      const { bytes, start, length } = record
      const parsed = parseNotingLong(bytes.toString('utf8', start, start + length))
      long = parsed.long
      if (isValid(parsed.value)) return
      // Of an "anyOf" the last is the whole, those before are its branches.
      const error = isValid.errors?.at(-1)
      const property = error && propertyOf(error)
      const value = property === undefined ? undefined : record.get(property)
      const key = shownKey(record, columns)
      throw new InvalidRecordError({ line, stream, key, property, value, by: 'schema', expected: wordsOf(error) })
    }
  }
}

function compiled<T>(stream: string, compile: () => T): T {
  try {
    return compile()
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new DataError(
      `The SCHEMA of ${stream} can't be checked against: ${reason}. Correct it, or set validate_records to false.`,
      { cause: error },
    )
  }
}

/** As the specification wants it, or, since many taps are older than that, without the flag. */
function readPattern(pattern: string, flags: string): RegExp {
  try {
    return new RegExp(pattern, flags)
  } catch {
    return new RegExp(pattern)
  }
}

const ownFormats = {
  'date-time': (value: string) => encoders.timestamptz(JSON.stringify(value)) !== undefined,
  date: (value: string) => encoders.date(JSON.stringify(value)) !== undefined,
  time: isTime,
  uuid: (value: string) => encoders.uuid(JSON.stringify(value)) !== undefined,
}

/** What rounding would turn into a refusal of what is right; `minimum` and `maximum` it can't. */
function exactKeywords(
  textOf: (place: DataValidationCxt) => string | undefined,
  longNumbers: () => LongNumbers,
): FuncKeywordDefinition[] {
  const exclusive = (
    name: 'minimum' | 'maximum',
    words: string,
    isBeyond: (value: number, limit: number) => boolean,
  ): FuncKeywordDefinition => ({
    keyword: `exclusive${name === 'minimum' ? 'Minimum' : 'Maximum'}`,
    type: 'number',
    // Draft 4 says true, and means the limit beside it.
    schemaType: ['number', 'boolean'],
    error: {
      message: ({ schema, parentSchema }) => str`must be ${words} ${schema === true ? parentSchema?.[name] : schema}`,
    },
    validate: (
      schema: number | boolean,
      value: number,
      parent?: Readonly<Record<string, unknown>>,
      place?: DataValidationCxt,
    ) => {
      const limit = schema === true ? parent?.[name] : schema
      if (typeof limit !== 'number') return true
      return value === limit ? place !== undefined && textOf(place) !== undefined : !isBeyond(value, limit)
    },
  })
  return [
    exclusive('minimum', '>', (value, limit) => value < limit),
    exclusive('maximum', '<', (value, limit) => value > limit),
    {
      keyword: 'multipleOf',
      type: 'number',
      schemaType: 'number',
      error: { message: ({ schema }) => str`must be a multiple of ${schema}` },
      validate: (step: number, value: number, _parent?: unknown, place?: DataValidationCxt) =>
        isMultiple((place && textOf(place)) ?? String(value), String(step)),
    },
    {
      keyword: 'uniqueItems',
      type: 'array',
      schemaType: 'boolean',
      error: { message: 'must not have the same item twice' },
      validate: (wanted: boolean, items: unknown[]) =>
        !wanted ||
        new Set(items.map((item, index) => spell(item, items, String(index), longNumbers()))).size === items.length,
    },
  ]
}

/** The same text for the same value, whatever the order of properties. */
function spell(value: unknown, holder: object, key: string, long: LongNumbers): string {
  if (typeof value === 'number') return long.get(holder)?.get(key) ?? String(value)
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const parts = Object.entries(value).map(([name, item]) => `${JSON.stringify(name)}:${spell(item, value, name, long)}`)
  return Array.isArray(value) ? `[${parts.join()}]` : `{${parts.sort().join()}}`
}

function propertyOf({ instancePath, params }: ErrorObject): string | undefined {
  const [, first] = instancePath.split('/')
  if (first !== undefined) return first.replaceAll('~1', '/').replaceAll('~0', '~')
  const named: unknown =
    params.missingProperty ?? params.additionalProperty ?? params.unevaluatedProperty ?? params.propertyName
  return typeof named === 'string' ? named : undefined
}

/** How much of what is allowed is told. */
const SHOWN_CHARACTERS = 200

function wordsOf(error: ErrorObject | undefined): string {
  const within = error?.instancePath.split('/').slice(2) ?? []
  const where = within.length > 0 ? `${within.join('/')} ` : ''
  const allowed: unknown = error?.params.allowedValues ?? error?.params.allowedValue
  const which = allowed === undefined ? '' : `: ${JSON.stringify(allowed).slice(0, SHOWN_CHARACTERS)}`
  return `${where}${error?.message ?? 'something else'}${which}`
}
