import assert from 'node:assert/strict'
import { test } from 'node:test'
import { columnsOf, streamNames, streams } from 'tap-keap'
import { type CheckFile, KEAP_PACK, readPack } from 'target-postgres'

const pack = await readPack(KEAP_PACK)

/** Columns that look as if they named a row, and name none that we have. */
const excused: Readonly<Record<string, string>> = {
  'affiliates.unique_site_id': 'a site',
  'companies.account_id': 'documented nowhere',
  'contacts.account_id': 'documented nowhere',
  'automations.published_by': 'a name',
  'emails.original_provider_id': "the provider's own",
  'emails.provider_source_id': "the provider's own",
  'opportunities.status_id': 'Keap has no list of statuses',
  'orders.invoice_id': "the order's own",
  'payment_methods.credit_card_id': 'Keap has no list of cards',
  'payments.external_transaction_id': "the gateway's own",
  'subscriptions.shipping_option_id': 'documented nowhere',
  'transactions.external_reference_id': "the gateway's own",
  'users.global_user_id': "the user's own",
  'users.keap_id': "the user's own",
  'webforms.funnel_id': 'Keap has no list of funnels',
}

test('every column that names another row is checked for orphans', () => {
  const checked = [...rowsOf('orphans'), ...rowsOf('orphans_in_lists')].map(({ child, column }) => `${child}.${column}`)
  const naming = streamNames.flatMap((stream) =>
    columnsOf(stream)
      .columns.filter(({ name, from }) => /_(id|ids|by)$/.test(name) && !isOwn(stream, name, from))
      .map(({ name }) => `${stream}.${name}`),
  )
  assert.ok(naming.length > 100)
  assert.deepEqual(
    naming.filter((column) => !checked.includes(column) && !(column in excused)),
    [],
  )
  assert.deepEqual(
    Object.keys(excused).filter((column) => !naming.includes(column) || checked.includes(column)),
    [],
    'excused without need',
  )
})

test('every column of every family is one that its stream has', () => {
  for (const { family, columns, file } of pack) {
    if (family === undefined || typeof family.rows === 'string') continue
    for (const cells of family.rows) {
      const row = Object.fromEntries(family.names.map((name, at) => [name, cells[at] ?? '']))
      for (const column of columns) {
        const [stream = '', name = ''] = column.replace(/\{(\w+)\}/g, (_, cell: string) => row[cell] ?? '').split('.')
        const known = columnsOf(stream as (typeof streamNames)[number]).columns.map((one) => one.name)
        assert.ok(known.includes(name), `${file}: ${stream}.${name}`)
      }
    }
  }
})

test('the two checks for empty columns know between them where each column comes from', () => {
  const elsewhere = streamNames.flatMap((stream) =>
    columnsOf(stream)
      .columns.filter(({ name, from }) => from.startsWith('/') && from !== `/${name}` && !isKey(stream, name))
      .map(({ name, from }) => `${stream}.${name} ${from}`),
  )
  const rows = rowsOf('columns_filled_from').map(({ stream, column, place }) => `${stream}.${column} /${place}`)
  assert.deepEqual(rows.sort(), elsewhere.sort())
})

test('the custom fields of every kind of record are checked', () => {
  const carrying = streamNames.filter((stream) => columnsOf(stream).columns.some(({ as }) => as === 'content_by_id'))
  assert.deepEqual(
    rowsOf('custom_fields_defined').map(({ stream }) => stream),
    [...carrying].sort(),
  )
})

/** The rows of a family, by the name of its file. */
function rowsOf(name: string): Record<string, string>[] {
  const family = (pack.find(({ file }) => file === `${name}.sql`) as CheckFile).family
  if (family === undefined || typeof family.rows === 'string') throw new Error(`${name} has no rows`)
  return family.rows.map((cells) => Object.fromEntries(family.names.map((cell, at) => [cell, cells[at] ?? ''])))
}

function isKey(stream: (typeof streamNames)[number], name: string): boolean {
  return streams[stream].key.includes(name)
}

/** The row's own id, not another's. */
function isOwn(stream: (typeof streamNames)[number], name: string, from: string): boolean {
  return (
    isKey(stream, name) &&
    streams[stream].key.length === 1 &&
    from === `/${name}` &&
    streams[stream].parent === undefined
  )
}
