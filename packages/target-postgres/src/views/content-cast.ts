/** What a custom field's content becomes in a wide view. */
export type ContentType = 'bigint' | 'boolean' | 'date' | 'numeric' | 'text' | 'text[]' | 'timestamptz'

const TYPES: Readonly<Record<string, ContentType>> = {
  CURRENCY: 'numeric',
  DATE: 'date',
  DATE_TIME: 'timestamptz',
  DECIMAL_NUMBER: 'numeric',
  LIST_BOX: 'text[]',
  PERCENT: 'numeric',
  USER: 'bigint',
  USER_LIST_BOX: 'text[]',
  WHOLE_NUMBER: 'bigint',
  YEAR: 'bigint',
  YES_NO: 'boolean',
}

/** A type that Keap adds is text until it is known here. */
export function contentTypeOf(fieldType: string | undefined): ContentType {
  return TYPES[fieldType ?? ''] ?? 'text'
}

// Each pattern lets through only what Postgres' own cast takes, whatever the session's settings. Digits are spelt out,
// since \d may mean those of every script. Counted repetitions and lookaheads would each make a pattern several times slower.
const YEAR = '(?:[0-9][0-9][0-9][1-9]|[0-9][0-9][1-9]0|[0-9][1-9]00|[1-9]000)'
const LEAP_YEAR = '(?:[0-9][0-9](?:0[48]|[2468][048]|[13579][26])|(?:0[48]|[2468][048]|[13579][26])00)'
const DAY =
  `(?:${YEAR}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])` +
  '|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|1[0-9]|2[0-8]))' +
  `|${LEAP_YEAR}-02-29)`
const TIME = '(?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:\\.[0-9]+)?)?'
const ZONE = '(?:Z|[+-](?:0[0-9]|1[0-4]):?[0-5][0-9])'
export const patterns = {
  integer: '^ *[+-]?[0-9]+(?:\\.0*)? *$',
  number: '^ *[+-]?(?:[0-9]+(?:\\.[0-9]*)?|\\.[0-9]+)(?:[eE][+-]?[0-9][0-9]?[0-9]?)? *$',
  moment: `^ *${DAY}(?:[T ]${TIME} ?${ZONE}?)? *$`,
} as const

/** Longer text is no number or time that anyone has typed, and might be one that Postgres refuses. */
const MAX_LENGTH = 100

/**
 * An expression for a content in its type: null where it can't be that, and never an error.
 *
 * @param json an expression of type jsonb, as `t.custom_fields -> '17'`
 * @param text the same as text, as `t.custom_fields ->> '17'`
 */
export function castContent({ json, text }: { json: string; text: string }, type: ContentType): string {
  switch (type) {
    case 'text':
      return text
    case 'numeric':
      return `case when ${looksLike(text, patterns.number)} then (${text})::numeric end`
    case 'bigint':
      return (
        `case when ${looksLike(text, patterns.integer)} then ` +
        `case when (${text})::numeric between -9223372036854775808 and 9223372036854775807 ` +
        `then (${text})::numeric::bigint end end`
      )
    case 'boolean':
      return (
        `case lower(btrim(${text})) when 'true' then true when 'yes' then true when '1' then true ` +
        `when 'false' then false when 'no' then false when '0' then false end`
      )
    case 'date':
      // The day as it is written: a time zone doesn't move it.
      return `case when ${looksLike(text, patterns.moment)} then left(btrim(${text}), 10)::date end`
    case 'timestamptz':
      // A time without a zone (after the day: no Z, + or -) is UTC, not whatever the reader's session is set to.
      return (
        `case when ${looksLike(text, patterns.moment)} then ` +
        `(btrim(${text}) || case when substr(btrim(${text}), 11) ~ '[Z+-]' then '' else ' UTC' end)::timestamptz end`
      )
    case 'text[]':
      return (
        `case jsonb_typeof(${json}) when 'array' then array(select jsonb_array_elements_text(${json})) ` +
        `when 'string' then array_remove(regexp_split_to_array(btrim(${text}), ' *, *'), '') ` +
        `when 'number' then array[${text}] end`
      )
  }
}

function looksLike(text: string, pattern: string): string {
  return `length(${text}) <= ${MAX_LENGTH} and ${text} ~ '${pattern}'`
}
