import type pg from 'pg'
import { ident, qualified } from '../dialect/identifiers.js'
import type { ReportScope } from './scope.js'

/** Whose account it is, as far as the copy says. */
export type Account = { name: string | undefined; id: string | undefined }

export async function readAccount(client: pg.Client, scope: ReportScope): Promise<Account> {
  const { tables, metaSchema, schema, isLoaded } = scope
  const profile = tables.find(({ table }) => table.schema === schema && table.table === 'business_profile')
  const hasName = profile?.columns.some(({ name, type }) => name === 'name' && type === 'text') ?? false
  const names =
    profile && hasName
      ? await client.query<{ name: string | null }>(`select name from ${qualified(profile.table)} limit 1`)
      : undefined
  const ids = isLoaded
    ? await client.query<{ account: string | null }>(
        `select account from ${ident(metaSchema)}.pages order by _sdc_batched_at desc limit 1`,
      )
    : undefined
  return { name: names?.rows[0]?.name || undefined, id: ids?.rows[0]?.account || undefined }
}
