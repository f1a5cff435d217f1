import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isListEndpoint } from './endpoint.js'
import { endpoints } from './endpoints/index.js'
import { type Facts, factsFor, pathFacts } from './facts.js'
import { compileList } from './lists/list.js'
import { firstAt } from './lists/row-path.js'
import { startKeap } from './start-keap.js'
import { filtered, get, getJson, jsonOf, recordsOf } from './testing.js'

const kinds: Readonly<Record<string, string>> = {
  string: 'string',
  'date-time': 'string',
  date: 'string',
  boolean: 'boolean',
  int32: 'number',
  int64: 'number',
  integer: 'number',
  number: 'number',
}

/** Every way in which a value differs from its type; null is always allowed, and `any` and `object` allow all. */
const differences = (facts: Facts, type: string, value: unknown, at: string): readonly string[] => {
  if (value === null || value === undefined || type === 'any' || type === 'object') return []
  if (type.endsWith('[]')) {
    if (!Array.isArray(value)) return [`${at} is no list`]
    return value.flatMap((item, index) => differences(facts, type.slice(0, -2), item, `${at}[${index}]`))
  }
  const kind = kinds[type]
  if (kind !== undefined) return typeof value === kind ? [] : [`${at} is ${typeof value}, Keap says ${type}`]
  const schema = facts.schemas[type]
  if (schema === undefined || Object.keys(schema).length === 0) return []
  if (typeof value !== 'object') return [`${at} is ${typeof value}, Keap says ${type}`]
  return Object.entries(value).flatMap(([key, member]) => {
    const memberType = schema[key]
    return memberType === undefined
      ? [`${at}.${key} is not in ${type}`]
      : differences(facts, memberType, member, `${at}.${key}`)
  })
}

const placeholders = /\{\w+\}/g

test('every endpoint answers with the fields and JSON types that Keap documents', async () => {
  await using keap = await startKeap({ seed: 5, sizes: { contacts: 40 }, editions: { legacyOpportunities: true } })
  const problems: string[] = []
  for (const endpoint of endpoints) {
    const facts = pathFacts(endpoint.path)
    // A placeholder's id: alpha-3 codes for countries, and 1 or 11 (the first plan and order item) elsewhere.
    let index = 0
    const ids =
      endpoint.path.includes('country') || endpoint.path.includes('/locales/')
        ? ['USA', 'US-AZ']
        : ['1', idOfChild(endpoint.path)]
    let path = endpoint.path.replace(placeholders, () => ids[index++] ?? '1')
    if (path.includes('/emailAddresses/1')) {
      const email = firstAt(await getJson(keap, '/v2/emailAddresses'), 'email_addresses.email')
      path = `/v2/emailAddresses/${email}/status`
    }
    if (path === '/v1/appointments/1') path = '/v1/appointments/2'
    if (path.endsWith(':data') || path.endsWith('/signature')) continue
    const query = endpoint.path.startsWith('/v1/') ? optional(endpoint) : `fields=${(facts.fields ?? []).join(',')}`
    const body = await getJson(keap, `${path}?${query}`).catch((error: Error) => {
      problems.push(`${path}: ${error.message.slice(0, 300)}`)
    })
    if (body === undefined) continue
    if (isListEndpoint(endpoint) && recordsOf(body, facts.records ?? '').length === 0) {
      if (!/(clawbacks|expenses|options|links|referrals|tags|companies|discounts|notes|paymentMethods)$/i.test(path))
        problems.push(`${path}: the list is empty`)
    }
    problems.push(...differences(factsFor(endpoint.path), facts.response ?? 'any', body, path))
  }
  assert.deepEqual([...new Set(problems.map((problem) => problem.replace(/\[\d+\]/g, '[]')))], [])
})

const idOfChild = (path: string): string => (/items\/|subscriptions\/\{/.test(path) ? '11' : '1')

const optional = (endpoint: (typeof endpoints)[number]): string => {
  if (!('sparse' in endpoint) || endpoint.sparse === undefined) return ''
  const { item } = pathFacts(endpoint.path)
  const names = Object.keys(factsFor(endpoint.path).schemas[item ?? ''] ?? {})
  return `optional_properties=${names.join(',')}`
}

const values: Readonly<Record<string, string>> = {
  time: '2025-04-16T20:33:02.321Z',
  flag: 'true',
  present: 'true',
  shown: 'true',
}

test('every filter field, operator and order that Keap documents is taken', async () => {
  await using keap = await startKeap({ seed: 5, sizes: { contacts: 40 } })
  const refused: string[] = []
  const ask = async (path: string) => {
    const response = await get(keap, path)
    const { message } = await jsonOf(response)
    if (response.status !== 200 && !/^The sandbox can't filter/.test(String(message)))
      refused.push(`${path}: ${message}`)
  }
  for (const endpoint of endpoints.filter(isListEndpoint)) {
    const { facts, rules } = compileList(endpoint)
    const path = endpoint.path.replace(placeholders, '1')
    for (const [field, rule] of rules) {
      const value = values[rule.kind] ?? '1'
      if (facts.params !== undefined) await ask(`${path}?${field}=${value}`)
      for (const operator of (facts.filter?.[field] ?? '').split(' ').filter((taken) => /^[=!<>]/.test(taken))) {
        await ask(filtered(path, `${field}${operator}${value};`))
      }
    }
    for (const order of facts.orderBy ?? []) await ask(`${path}?order_by=${order}%20desc`)
    for (const order of facts.order ?? []) await ask(`${path}?order=${order}`)
  }
  assert.deepEqual(refused, [])
})
