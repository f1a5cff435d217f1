import type { About } from '@keap-postgres/protocol'
import { TapConfig } from './config.js'
import { description, version } from './version.js'

/** What `--about` prints, and Meltano's plugin definition is made from. */
export const about: About = {
  name: 'tap-keap',
  description,
  version,
  capabilities: ['catalog', 'discover', 'state', 'about', 'test', 'activate-version', 'structured-logging'],
  settings: TapConfig,
}
