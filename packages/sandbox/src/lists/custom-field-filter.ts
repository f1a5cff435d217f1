import type { Store } from '../account/account.js'
import { type Entity, recordTypes } from '../account/custom-fields.js'
import type { ListEndpoint } from '../endpoint.js'
import type { PathFacts } from '../facts.js'
import { textAt } from './row-path.js'
import { contentRule, type Rule } from './rule.js'

/** How a field's type compares, and the operators it takes. Types that aren't here are text: `==`, or a prefix. */
const kinds: Readonly<Record<string, readonly [Rule['kind'], string]>> = {
  CURRENCY: ['number', '== < <= > >='],
  DATE: ['time', '== < <= > >='],
  DATE_TIME: ['time', '== < <= > >='],
  DAY_OF_WEEK: ['number', '== < <= > >='],
  DECIMAL_NUMBER: ['number', '== < <= > >='],
  DRILLDOWN: ['text', '=='],
  LIST_BOX: ['text', '=='],
  MONTH: ['number', '== < <= > >='],
  PERCENT: ['number', '== < <= > >='],
  USER: ['number', '== < <= > >='],
  USER_LIST_BOX: ['text', '=='],
  WHOLE_NUMBER: ['number', '== < <= > >='],
  YEAR: ['number', '== < <= > >='],
  YES_NO: ['text', '=='],
}

/** A custom field as a filter field: by its field name, in any case, with the operators of its type. */
export const customFieldFilter = (
  { endpoint, facts }: { readonly endpoint: ListEndpoint; readonly facts: PathFacts },
  store: Store,
  field: string,
): { readonly grammar: string; readonly rule: Rule } | undefined => {
  const { rows } = endpoint
  if (facts.customFieldFilter !== true || typeof rows !== 'string' || !(rows in recordTypes)) return undefined
  const name = field.toLowerCase()
  const definitions = store.customFields.definitions(rows as Entity)
  const found = definitions.find((definition) => textAt(definition, 'field_name').toLowerCase() === name)
  if (found === undefined) return undefined
  const [kind, grammar] = kinds[textAt(found, 'field_type')] ?? ['text', '== *']
  return { grammar, rule: contentRule(textAt(found, 'id'), kind) }
}
