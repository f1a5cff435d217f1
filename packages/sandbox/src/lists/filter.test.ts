import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BadRequest, parseFilter } from './filter.js'

const grammar = (field: string): string | undefined =>
  ({ given_name: '== *', contact_id: '== < <= > >=', ids: '== list', since_time: '==' })[field]

const parse = (text: string) => parseFilter(text, grammar)

test('clauses are joined by semicolons, and a trailing one is tolerated', () => {
  assert.deepEqual(parse('given_name==Ada;contact_id>5;'), [
    { field: 'given_name', operator: '==', values: ['Ada'], wildcard: false },
    { field: 'contact_id', operator: '>', values: ['5'], wildcard: false },
  ])
  assert.deepEqual(parse(''), [])
})

test('two-character operators are read before their first characters', () => {
  assert.deepEqual(
    ['>=', '<=', '>', '<'].map((operator) => parse(`contact_id${operator}7`)[0]?.operator),
    ['>=', '<=', '>', '<'],
  )
})

test('a comma list is several values where the field takes a list, and one value elsewhere', () => {
  assert.deepEqual(parse('ids==1, 2,3')[0]?.values, ['1', '2', '3'])
  assert.deepEqual(parse('given_name==a,b')[0]?.values, ['a,b'])
})

test('a trailing star is a wildcard where the field takes one, and text elsewhere', () => {
  const [name] = parse('given_name==Mar*')
  assert.deepEqual([name?.values, name?.wildcard], [['Mar'], true])
  assert.equal(parse('since_time==2025*')[0]?.wildcard, false)
})

test('what the facts do not allow is refused by name', () => {
  const refusals: readonly (readonly [string, RegExp])[] = [
    ['nickname==Ada', /Invalid filter field: nickname/],
    ['given_name>Ada', /Invalid operator > for filter field given_name/],
    ['contact_id!=5', /Invalid operator != for filter field contact_id/],
    ['given_name==*da', /Leading wildcards/],
    ['given_name', /Invalid filter expression: given_name/],
    ['given_name=Ada', /Invalid filter expression/],
  ]
  for (const [text, message] of refusals) {
    assert.throws(
      () => parse(text),
      (error) => error instanceof BadRequest && message.test(error.message),
      text,
    )
  }
})
