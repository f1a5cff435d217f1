import type { Account } from '@keap-postgres/sandbox'
import type pg from 'pg'
import type { StreamName } from 'tap-keap'
import { compareRows, countWrongColumns, trueCount } from '../truth.js'

/**
 * A table against the account. `lost`: rows that it lacks, or has otherwise in `raw` or a typed column; `doubled`: rows that
 * it has twice, or that are no more and bear no `_sdc_deleted_at`. `content`: a hash of all its rows, the deleted ones too.
 */
export async function compareTable(
  client: pg.Client,
  account: Account,
  name: StreamName,
): Promise<{ rows: number; lost: number; doubled: number; content: string }> {
  const { lost, doubled } = await compareRows(client, account, name)
  const wrong = await countWrongColumns(client, name)
  const { rows } = await client.query<{ content: string }>(`
    select coalesce(md5(string_agg(row, '' order by row)), 'empty') as content
    from (select md5(raw::text || (_sdc_deleted_at is null)) as row from keap.${name}) as rows
  `)
  return { rows: trueCount(account, name), lost: lost + wrong, doubled, content: rows[0]?.content ?? '' }
}
