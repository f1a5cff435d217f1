import { readFileSync } from 'node:fs'
import { z } from 'zod'

/** What a plugin says of itself. The settings are the very schema that its config is read with. */
export type About = {
  name: string
  description: string
  version: string
  /** As Meltano knows them: https://docs.meltano.com/contribute/plugins/#capabilities */
  capabilities: readonly string[]
  settings: z.ZodObject
}

export const aboutFormats = ['text', 'json', 'markdown'] as const
export type AboutFormat = (typeof aboutFormats)[number]

/** Metadata of a setting that is to be hidden wherever settings are shown, as the Singer SDK marks it. */
export const SECRET = { secret: true, writeOnly: true } as const

/** One setting as JSON Schema, as far as plugins are described by it. */
export type SettingSchema = {
  type?: string
  format?: string
  description?: string
  default?: unknown
  enum?: unknown[]
  secret?: boolean
  anyOf?: SettingSchema[]
  properties?: Record<string, SettingSchema>
  additionalProperties?: SettingSchema | boolean
}

/** The package's own version stands in for the SDK's: it is what a plugin of ours is built with. */
const sdkVersion: string = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')).version

/** The text of `--about`, in the shapes of the Singer SDK: https://sdk.meltano.com/en/latest/implementation/cli.html */
export function formatAbout(about: About, format: AboutFormat): string {
  if (format === 'json') return asJson(about)
  return format === 'markdown' ? asMarkdown(about) : asText(about)
}

/** The settings by name, as a user may write them: before defaults and conversions. */
export function settingsOf({ settings }: Pick<About, 'settings'>): Record<string, SettingSchema> {
  const { properties } = z.toJSONSchema(settings, { io: 'input', unrepresentable: 'any' }) as SettingSchema
  return properties ?? {}
}

/** `tap-keap`, `api_key` → `TAP_KEAP_API_KEY` */
export function variableOf(plugin: string, setting: string): string {
  return `${plugin}_${setting}`.toUpperCase().replaceAll('-', '_')
}

function asJson({ name, description, version, capabilities, settings }: About): string {
  const { $schema: _, ...schema } = z.toJSONSchema(settings, { io: 'input', unrepresentable: 'any' })
  return JSON.stringify(
    { name, description, version, sdk_version: sdkVersion, capabilities, settings: schema },
    null,
    2,
  )
}

function asText(about: About): string {
  const { name, description, version, capabilities } = about
  const settings = Object.entries(settingsOf(about)).flatMap(([setting, schema]) => [
    `  - Name: ${setting}`,
    `    Type: ${typeOf(schema)}`,
    `    Environment Variable: ${variableOf(name, setting)}`,
  ])
  return [
    `Name: ${name}`,
    `Description: ${description}`,
    `Version: ${version}`,
    `SDK Version: ${sdkVersion}`,
    'Capabilities:',
    ...capabilities.map((capability) => `  - ${capability}`),
    'Settings:',
    ...settings,
  ].join('\n')
}

function asMarkdown(about: About): string {
  const { name, description, capabilities } = about
  const rows = Object.entries(settingsOf(about)).flatMap(([setting, schema]) => markdownRows(setting, schema))
  return [
    `# \`${name}\``,
    '',
    description,
    '',
    '## Capabilities',
    '',
    ...capabilities.map((capability) => `- \`${capability}\``),
    '',
    '## Settings',
    '',
    '| Setting | Required | Default | Description |',
    '|:--------|:--------:|:-------:|:------------|',
    ...rows,
  ].join('\n')
}

/** Every setting has a default or may be left out: none is required. */
function markdownRows(name: string, schema: SettingSchema): string[] {
  const standard = schema.default === undefined ? 'None' : JSON.stringify(schema.default)
  const cells = [name, 'False', standard, schema.description ?? '']
  const inner = Object.entries(schema.properties ?? {})
  return [
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`,
    ...inner.flatMap(([setting, one]) => markdownRows(`${name}.${setting}`, one)),
  ]
}

function typeOf({ type, anyOf }: SettingSchema): string {
  return type ?? [...new Set(anyOf?.map(typeOf))].join(' or ')
}
