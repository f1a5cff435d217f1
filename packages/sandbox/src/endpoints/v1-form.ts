import { amountOf } from '../account/fill.js'
import { minorOf } from '../account/order-items.js'
import { v1Time } from '../account/times.js'
import { type Json, numberOf, type Row } from '../json.js'
import { rowsAt } from '../lists/row-path.js'

/** v1 ids are numbers. */
export const idNumber = (value: Json | undefined): Json =>
  value === undefined || value === null || value === '' ? null : numberOf(value)

export const date = (value: Json | undefined): Json =>
  typeof value === 'string' && value !== '' ? v1Time(value) : null

/** `SINGLE_OPT_IN` → `SingleOptIn`: v1 writes its enums so. */
export const camelCase = (value: string): string =>
  value.toLowerCase().replace(/(?:^|_)(\w)/g, (_match, letter: string) => letter.toUpperCase())

export const price = (value: Json | undefined): Json => amountOf(minorOf(value))

export const customFields = (row: Row): Json =>
  rowsAt(row, 'custom_fields').map(({ id, content }) => ({
    id: idNumber(id),
    content: content ?? null,
  }))

export const firstOf = (row: Row, key: string): Row => rowsAt(row, key)[0] ?? {}

export const withoutRegionNames = (address: Row): Row => {
  const { country: _c, region_code: _r, ...kept } = address
  return kept
}

export const companyAddress = (address: Row): Row => {
  const { field: _f, postal_code: _p, ...kept } = withoutRegionNames(address)
  return kept
}

export const orNull = (row: Row, ...keys: readonly string[]): Row =>
  Object.fromEntries(keys.map((key) => [key, row[key] ?? null]))
