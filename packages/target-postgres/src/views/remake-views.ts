import type { Log } from '@keap-postgres/protocol'
import type pg from 'pg'
import { ident, qualified } from '../dialect/identifiers.js'
import type { DependentView } from './dependent-views.js'
import { planViews, viewSchemas } from './plan-views.js'
import { readCatalog } from './read-catalog.js'
import { makeViews } from './refresh-views.js'
import { readViewFiles } from './view-files.js'

/** Takes the product's own views away from columns that are about to change, in the order given. */
export async function dropViews(client: pg.Client, views: readonly DependentView[]): Promise<void> {
  for (const { view } of views) await client.query(`drop view ${qualified(view)}`)
}

/**
 * Makes views anew that were dropped, with the owner and the grants that they had. One that can't be made of the tables as
 * they are now is left out with a warning: a report doesn't keep data from being loaded.
 */
export async function remakeViews(
  client: pg.Client,
  dropped: readonly DependentView[],
  { metaSchema, dataSchema, log }: { metaSchema: string; dataSchema: string; log: Log },
): Promise<void> {
  const schemas = viewSchemas(dataSchema)
  const isMeant = (name: string) => dropped.some(({ view }) => view.table === name)
  const plan = planViews(await readViewFiles(), await readCatalog(client, metaSchema, schemas), schemas)
  const { made, leftOut } = await makeViews(
    client,
    {
      views: plan.views.filter(({ view }) => isMeant(view.table)),
      leftOut: plan.leftOut.filter(({ name }) => isMeant(name)),
    },
    { metaSchema, schemas },
  )
  for (const { view, owner, grants } of dropped) {
    if (!made.includes(view.table)) continue
    for (const grant of grants) await client.query(grant)
    if (owner !== client.user) await client.query(`alter view ${qualified(view)} owner to ${ident(owner)}`)
  }
  for (const { name, reason } of leftOut) {
    log.warn(`The view ${schemas.views}.${name} has been dropped, since a column under it has a new type: ${reason}.`)
  }
}
