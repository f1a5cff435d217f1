import { ConfigError } from '@keap-postgres/protocol'
import { z } from 'zod'

/** The settings of tap-keap, as `--config` and `TAP_KEAP_…` give them. */
export const TapConfig = z.strictObject({
  api_key: z.string().min(1).optional().describe('Personal Access Token or Service Account Key (`KeapAK-…`)'),
  client_id: z.string().min(1).optional().describe('OAuth2: key of your app at developer.keap.com'),
  client_secret: z.string().min(1).optional().describe('OAuth2: its secret'),
  refresh_token: z
    .string()
    .min(1)
    .optional()
    .describe('OAuth2: from the sign-in; used once, its successors are kept in `token_path`'),
  token_path: z
    .string()
    .default('keap-data/tap-keap.tokens.json')
    .describe('Where the newest OAuth2 tokens are kept (mode 0600)'),
  streams: z
    .preprocess(
      (value) => (typeof value === 'string' ? value.split(',').map((name) => name.trim()) : value),
      z.array(z.string()).min(1).optional(),
    )
    .describe('Read only these: names or globs, `["contacts", "order*"]`, in the environment `contacts,order*`'),
  start_date: z.iso
    .datetime({ offset: true })
    .optional()
    .describe('In a first run, read only what changed since (RFC 3339), where Keap can filter by that'),
  overlap_minutes: z
    .number()
    .min(0)
    .default(10)
    .describe('How far each incremental window reaches back behind the bookmark'),
  full_scan_days: z
    .number()
    .min(0)
    .default(7)
    .describe('How often each stream is read completely, which is how deletions are found'),
  refresh_hours: z
    .number()
    .min(0)
    .default(12)
    .describe(
      'How often a stream is read again that Keap has no list of changes for, if that takes more than two calls; 0: in every run',
    ),
  download_files: z
    .boolean()
    .default(false)
    .describe('Bring the bytes of the file box to `files_dir`; a call for each file'),
  files_dir: z.string().default('keap-data/files').describe('Where they go: `<contact id>/<file id>-<name>`'),
  files_by_contact: z
    .enum(['auto', 'always', 'never'])
    .default('auto')
    .describe(
      'Whether complete scans ask for the files of each contact, a call each; `auto`: when the list of all files leaves them out',
    ),
  max_concurrency: z.int().min(1).max(10).default(2).describe('Streams read at the same time'),
  max_attempts: z.int().min(1).default(7).describe('Tries for one request before its stream is given up'),
  timeout_seconds: z.number().positive().default(90).describe('For an answer to begin, and between two pieces of it'),
  base_url: z.url().default('https://api.keap.com/crm/rest').describe('Of the REST API; `/v1` and `/v2` follow'),
  pipelines_base_url: z.url().optional().describe('Of the Pipelines API, when it differs from `base_url`'),
  token_url: z.url().default('https://api.infusionsoft.com/token').describe('OAuth2: where tokens are renewed'),
})
export type TapConfig = z.infer<typeof TapConfig>

/** Either kind of credential, whole. */
export type Credential =
  | { kind: 'api_key'; apiKey: string }
  | { kind: 'oauth'; clientId: string; clientSecret: string; refreshToken: string }

/** @throws {ConfigError} when there is none, half of one, or two */
export function credentialOf(config: TapConfig): Credential {
  const { api_key: apiKey, client_id: clientId, client_secret: clientSecret, refresh_token: refreshToken } = config
  const oauth = { client_id: clientId, client_secret: clientSecret, refresh_token: refreshToken }
  const missing = Object.entries(oauth).flatMap(([name, value]) => (value === undefined ? [name] : []))
  if (apiKey !== undefined && missing.length < 3) {
    throw new ConfigError('Both an api_key and an OAuth2 credential are set. Keep the one that is meant.')
  }
  if (apiKey !== undefined) return { kind: 'api_key', apiKey }
  if (clientId && clientSecret && refreshToken) return { kind: 'oauth', clientId, clientSecret, refreshToken }
  throw new ConfigError(
    `No credential for Keap: ${missing.length === 3 ? 'nothing is set' : `missing ${missing.join(' and ')}`}. Set api_key ` +
      '(a Personal Access Token or Service Account Key from Settings → API in Keap), or client_id, client_secret and ' +
      'refresh_token; in a --config file or as TAP_KEAP_API_KEY and so on.',
  )
}

/** The texts that no log, state or message may show. */
export function secretsOf(config: TapConfig): string[] {
  return [config.api_key, config.client_secret, config.refresh_token].filter((text) => text !== undefined)
}
