/**
 * Keap's filter grammar: `given_name==Mar*;contact_id>1000;ids==1,2,3`. Clauses are joined by `;` (AND), a trailing
 * one is tolerated, a comma list is an alternative, and `*` at the end is a prefix wildcard.
 */

export type Operator = '==' | '!=' | '<=' | '>=' | '<' | '>'

export interface Clause {
  readonly field: string
  readonly operator: Operator
  /** One value, or several where the field takes a comma list. */
  readonly values: readonly string[]
  /** The value is a prefix. */
  readonly wildcard: boolean
}

/** What a field takes, as the facts write it: operators, `*` for a trailing wildcard, `list` for a comma list. */
export type Grammar = (field: string) => string | undefined

/** A request that Keap answers with 400; the message names what is wrong. */
export class BadRequest extends Error {
  override readonly name = 'BadRequest'
}

const clausePattern = /^\s*([A-Za-z0-9_]+)\s*(==|!=|<=|>=|<|>)([\s\S]*)$/

const parseClause = (text: string, grammar: Grammar): Clause => {
  const [, field, operator, value] = clausePattern.exec(text) ?? []
  if (field === undefined || operator === undefined || value === undefined) {
    throw new BadRequest(`Invalid filter expression: ${text}`)
  }
  const allowed = grammar(field)?.split(' ')
  if (allowed === undefined) throw new BadRequest(`Invalid filter field: ${field}`)
  if (!allowed.includes(operator)) throw new BadRequest(`Invalid operator ${operator} for filter field ${field}`)
  if (value.startsWith('*')) throw new BadRequest(`Leading wildcards are not supported: ${field}`)
  const wildcard = value.endsWith('*') && allowed.includes('*')
  const list = allowed.includes('list')
  return {
    field,
    operator: operator as Operator,
    values: list ? value.split(',').map((item) => item.trim()) : [wildcard ? value.slice(0, -1) : value],
    wildcard,
  }
}

/** Parses a filter, or throws a BadRequest that names the field, the operator or the expression it can't take. */
export const parseFilter = (text: string, grammar: Grammar): readonly Clause[] =>
  text
    .split(';')
    .filter((clause) => clause.trim() !== '')
    .map((clause) => parseClause(clause, grammar))
