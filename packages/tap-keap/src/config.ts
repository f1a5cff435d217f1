import { ConfigError, SECRET } from '@keap-postgres/protocol'
import { z } from 'zod'

/** The settings of tap-keap, as `--config` and `TAP_KEAP_…` give them. */
export const TapConfig = z.strictObject({
  api_key: z
    .string()
    .min(1)
    .optional()
    .describe('Personal Access Token or Service Account Key (`KeapAK-…`)')
    .meta(SECRET),
  client_id: z.string().min(1).optional().describe('OAuth2: key of your app at developer.keap.com'),
  client_secret: z.string().min(1).optional().describe('OAuth2: its secret').meta(SECRET),
  refresh_token: z
    .string()
    .min(1)
    .optional()
    .describe('OAuth2: from a sign-in elsewhere; not needed after `tap-keap login`')
    .meta(SECRET),
  token_path: z
    .string()
    .default('keap-data/tap-keap.tokens.json')
    .describe('OAuth2: where the newest tokens are kept (mode 0600)'),
  token_store: z
    .string()
    .refine(isPostgresUrl, 'wanted is postgres://user:password@host:5432/database')
    .optional()
    .describe('OAuth2: a Postgres that keeps them instead, in `keap_meta.tokens`, for runs on several machines')
    .meta(SECRET),
  token_id: z
    .string()
    .min(1)
    .optional()
    .describe('OAuth2: name of the sign-in, where several of one app share a token store'),
  streams: z
    .preprocess(
      (value) => (typeof value === 'string' ? value.split(',').map((name) => name.trim()) : value),
      z.array(z.string()).min(1).optional(),
    )
    .describe('Read only these: names or globs, `["contacts", "order*"]`, in the environment `contacts,order*`'),
  start_date: z
    .union([z.iso.datetime({ offset: true }), z.iso.date()])
    .optional()
    .describe('In a first run, read only what changed since (RFC 3339, or a date), where Keap can filter by that'),
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
  mask: z
    .record(z.string(), z.enum(['hash', 'null']))
    .default({})
    .describe(
      'What of people is not to leave the tap, `{"contacts.given_name": "hash", "*.raw": "null"}`, see [docs/privacy.md](docs/privacy.md#masking)',
    ),
  mask_key: z
    .string()
    .min(16)
    .optional()
    .describe('Secret that `hash` is made with: the same, and equal values stay equal')
    .meta(SECRET),
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
  max_calls_per_day: z
    .int()
    .min(1)
    .optional()
    .describe('Calls a day, by Keap’s calendar, of all taps with this credential; Keap’s own limits hold as well'),
  reserve_percent: z
    .number()
    .min(0)
    .max(90)
    .default(20)
    .describe('Part of each of Keap’s limits that is left to other programs'),
  wait_for_quota: z
    .boolean()
    .default(false)
    .describe('When the day’s calls are spent, wait for the next day instead of ending with exit code 3'),
  quota_dir: z
    .string()
    .default('keap-data')
    .describe('Where taps with the same credential share the quota: name one folder for all that run on a machine'),
  max_concurrency: z.int().min(1).max(10).default(2).describe('Streams read at the same time'),
  max_attempts: z.int().min(1).default(7).describe('Tries for one request before its stream is given up'),
  timeout_seconds: z.number().positive().default(90).describe('For an answer to begin, and between two pieces of it'),
  base_url: z.url().default('https://api.keap.com/crm/rest').describe('Of the REST API; `/v1` and `/v2` follow'),
  pipelines_base_url: z.url().optional().describe('Of the Pipelines API, when it differs from `base_url`'),
  token_url: z.url().default('https://api.infusionsoft.com/token').describe('OAuth2: where tokens are renewed'),
  authorize_url: z
    .url()
    .default('https://accounts.infusionsoft.com/app/oauth/authorize')
    .describe('OAuth2: where `tap-keap login` asks for consent'),
  redirect_uri: z
    .url()
    .optional()
    .describe('OAuth2: where Keap sends the browser after `tap-keap login`; `https://localhost/` by default'),
})
export type TapConfig = z.infer<typeof TapConfig>

/** An app's OAuth2 credential. The refresh token may come from a sign-in that is kept elsewhere. */
export type OAuthCredential = {
  kind: 'oauth'
  clientId: string
  clientSecret: string
  refreshToken: string | undefined
}

/** Either kind of credential, whole. */
export type Credential = { kind: 'api_key'; apiKey: string } | OAuthCredential

/** @throws {ConfigError} when there is none, half of one, or two */
export function credentialOf(config: TapConfig): Credential {
  const { api_key: apiKey, client_id: clientId, client_secret: clientSecret, refresh_token: refreshToken } = config
  const hasOAuth = [clientId, clientSecret, refreshToken].some((text) => text !== undefined)
  if (apiKey !== undefined && hasOAuth) {
    throw new ConfigError('Both an api_key and an OAuth2 credential are set. Keep the one that is meant.')
  }
  if (apiKey !== undefined) return { kind: 'api_key', apiKey }
  if (clientId && clientSecret) return { kind: 'oauth', clientId, clientSecret, refreshToken }
  const missing = Object.entries({ client_id: clientId, client_secret: clientSecret })
    .flatMap(([name, value]) => (value === undefined ? [name] : []))
    .join(' and ')
  throw new ConfigError(
    `No credential for Keap: ${hasOAuth ? `missing ${missing}` : 'nothing is set'}. Set api_key (a Personal Access Token or ` +
      'Service Account Key from Settings → API in Keap), or client_id and client_secret of an app and sign in with ' +
      '"tap-keap login"; in a --config file or as TAP_KEAP_API_KEY and so on.',
  )
}

/** The texts that no log, state or message may show. */
export function secretsOf(config: TapConfig): string[] {
  const { api_key, client_id, client_secret, refresh_token, token_store, mask_key } = config
  const basic = client_secret && Buffer.from(`${client_id}:${client_secret}`).toString('base64')
  const password = token_store && new URL(token_store).password
  const texts = [
    api_key,
    client_secret,
    basic,
    refresh_token,
    mask_key,
    password,
    password && decodeURIComponent(password),
  ]
  return texts.filter((text) => text !== undefined)
}

function isPostgresUrl(text: string): boolean {
  return /^postgres(ql)?:\/\//.test(text) && URL.canParse(text)
}
