import { SECRET } from '@keap-postgres/protocol'
import { z } from 'zod'
import { META_PREFIX } from './dialect/identifiers.js'
import { AlertSettings } from './snapshots/alert-settings.js'
import { DriftSettings } from './snapshots/drift-settings.js'

const count = z.int().positive()

/** What the user says about a check, or about those that a pattern means. */
export const CheckSettings = z.strictObject({
  enabled: z.boolean().default(true),
  thresholds: z.record(z.string(), z.number()).default({}),
  /** Keys of findings that are as they should be. */
  ignore: z.array(z.union([z.string(), z.number()]).transform(String)).default([]),
})
export type CheckSettings = z.infer<typeof CheckSettings>

/** The settings of target-postgres; the README's table is made from them. */
export const Config = z.strictObject({
  database_url: z
    .string()
    .optional()
    .describe('Connection string, `postgres://user:password@host:5432/database`')
    .meta(SECRET),
  host: z
    .string()
    .optional()
    .describe('Host of the Postgres server; `localhost` when another connection setting is given'),
  port: z.int().min(1).max(65_535).optional().describe('Port of the Postgres server, 5432 by default'),
  user: z.string().optional().describe('User to connect as'),
  password: z
    .string()
    .optional()
    .describe('Password of that user; better given as `TARGET_POSTGRES_PASSWORD`')
    .meta(SECRET),
  database: z.string().optional().describe('Database to load into'),
  sslmode: z
    .enum(['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'])
    .optional()
    .describe('TLS as in libpq, see [docs/deployment.md](docs/deployment.md#tls); unset is `disable`'),
  sslrootcert: z
    .string()
    .optional()
    .describe('PEM file of the authority that vouches for the server; unset or `system`: the public ones'),
  sslcert: z.string().optional().describe('PEM file of a certificate that the server wants from its clients'),
  sslkey: z.string().optional().describe('PEM file of its key'),
  postgres_dir: z
    .string()
    .default('./keap-data/postgres')
    .describe('Where the embedded Postgres keeps its data, when no connection is given at all'),
  default_target_schema: z
    .string()
    .min(1)
    .optional()
    .describe(
      "Schema for every stream; unset, a stream's prefix (`schema-table`) is its schema, and `keap` if it has none",
    ),
  meta_schema: z
    .string()
    .min(1)
    .max(63)
    .default(META_PREFIX)
    .describe('Schema for runs, batches, bookmarks and schema changes'),
  state_id: z
    .string()
    .min(1)
    .optional()
    .describe('Name under which the last STATE is kept; by default the name of the target schema'),
  batch_size_rows: count.default(100_000).describe('A batch is committed when it has this many records'),
  batch_max_bytes: count.default(8 * 1024 * 1024).describe('… or this many bytes; about three batches are in memory'),
  batch_wait_seconds: z.number().positive().default(10).describe('… or is this old, even while no input comes'),
  load_method: z
    .enum(['upsert', 'append-only', 'overwrite'])
    .default('upsert')
    .describe(
      '`upsert`: a record replaces the row of its key; `append-only`: every record is a row more; `overwrite`: a table holds the records of the last whole run, see [docs/target.md](docs/target.md#load-methods)',
    ),
  add_record_metadata: z
    .boolean()
    .default(false)
    .describe('Add `_sdc_received_at`, `_sdc_sequence` and `_sdc_sync_started_at` to what every table has'),
  add_raw: z
    .boolean()
    .default(false)
    .describe('Add each whole record as `raw jsonb`, where the stream has no `raw` of its own'),
  reconnect_seconds: z
    .number()
    .min(0)
    .default(60)
    .describe('How long a Postgres that restarts, or a batch that meets a deadlock, is tried again; 0: not at all'),
  contract: z
    .enum(['evolve', 'freeze'])
    .default('evolve')
    .describe('`evolve`: tables follow the streams; `freeze`: a stream that needs a change to a table is refused'),
  validate_records: z
    .boolean()
    .default(false)
    .describe('Check records against all that their SCHEMA says; what their columns need is always checked'),
  on_invalid_record: z
    .enum(['fail', 'quarantine'])
    .default('fail')
    .describe(
      'A record that its table cannot take: `fail` ends the load; `quarantine` puts it into `keap_meta.rejects`',
    ),
  hard_delete: z
    .boolean()
    .default(false)
    .describe('Delete rows that a complete scan did not hold, instead of setting `_sdc_deleted_at`'),
  checks: z
    .record(z.string(), CheckSettings)
    .default({})
    .describe(
      'For `check`, by the name of a check or a pattern: `{"duplicate_*": {"enabled": false}, "orders_total": {"ignore": ["17"], "thresholds": {"tolerance": 0.01}}}`',
    ),
  check_timeout_seconds: z.number().positive().default(300).describe('How long one check may take'),
  snapshot_after_load: z.boolean().default(false).describe('Take a snapshot after every load, and look for drift'),
  snapshot_details_kept: count
    .default(30)
    .describe(
      'Of how many snapshots the buckets and columns are kept, which `diff` needs; numbers of rows and checksums stay',
    ),
  drift: DriftSettings.prefault({}).describe(
    'What since the last snapshot is worth telling, see [docs/snapshots.md](docs/snapshots.md#drift)',
  ),
  alert: AlertSettings.optional().describe(
    'Who is told of drift: `{"webhook": "https://…"}` or `{"command": "…"}`, either gets one JSON object',
  ),
})
export type Contract = Config['contract']
export type LoadMethod = Config['load_method']
export type Config = z.infer<typeof Config>
