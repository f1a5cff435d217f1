import type { About } from '@keap-postgres/protocol'
import { Config } from './config.js'
import { description, packageVersion } from './version.js'

/** What `--about` prints, and Meltano's plugin definition is made from. */
export const about: About = {
  name: 'target-postgres',
  description,
  version: packageVersion,
  capabilities: ['about', 'activate-version', 'batch', 'soft-delete', 'hard-delete', 'structured-logging'],
  settings: Config,
}
