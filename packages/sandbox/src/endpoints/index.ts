import type { Endpoint } from '../endpoint.js'
import { pipelineTable } from './pipelines.js'
import { v1Table } from './v1.js'
import { affiliateTable } from './v2-affiliates.js'
import { marketingTable } from './v2-marketing.js'
import { modelTable } from './v2-models.js'
import { peopleTable } from './v2-people.js'
import { salesTable } from './v2-sales.js'
import { settingsTable } from './v2-settings.js'

/** THE table: every GET the sandbox answers. To add one, add a row; the rest follows from the facts. */
export const endpoints: readonly Endpoint[] = [
  ...peopleTable,
  ...affiliateTable,
  ...modelTable,
  ...salesTable,
  ...marketingTable,
  ...settingsTable,
  ...pipelineTable,
  ...v1Table,
]

const pipelinePaths = new Set(pipelineTable.map(({ path }) => path))

/** Whether a path is the Pipelines API's, which an account may lack. */
export const isPipelinePath = (path: string): boolean => pipelinePaths.has(path)
