// Meltano's definitions of the two plugins, made from what their --about says.
import { settingsOf } from '@keap-postgres/protocol'
import { streamNames, streams } from 'tap-keap'

const costly = streamNames.filter((name) => streams[name].selectedByDefault === false)

/** What Meltano wants to know beside, of each plugin. */
const MORE = {
  'tap-keap': {
    type: 'extractors',
    values: {},
    lines: [
      'settings_group_validation:',
      '- [api_key]',
      '- [client_id, client_secret]',
      '# The schema in Postgres, through default_target_schema below.',
      'load_schema: keap',
      '# Meltano selects everything, unless it is told what to leave out: streams that cost a call for each row.',
      'select:',
      "- '*.*'",
      ...costly.map((name) => `- '!${name}.*'`),
    ],
  },
  'target-postgres': {
    type: 'loaders',
    values: { default_target_schema: '$MELTANO_EXTRACT__LOAD_SCHEMA' },
    lines: [
      'dialect: postgres',
      'target_schema: $TARGET_POSTGRES_DEFAULT_TARGET_SCHEMA',
      'commands:',
      '  check:',
      '    args: check',
      '    description: Check what is loaded, and say what is wrong',
      '  views:',
      '    args: views',
      '    description: Make the reporting views over what is loaded, or bring them up to date',
    ],
  },
}

/** `tap-keap.meltano.yml`, whole: for the `include_paths` of a project. */
export function pluginFile(about) {
  const { type, values, lines } = MORE[about.name]
  const plugin = [
    `name: ${about.name}`,
    `namespace: ${about.name.replace('-', '_')}`,
    `description: ${JSON.stringify(about.description)}`,
    '# What npm installs into the project; Meltano itself installs Python packages only.',
    `executable: ./node_modules/.bin/${about.name}`,
    'capabilities:',
    ...about.capabilities.map((capability) => `- ${capability}`),
    ...lines,
    'settings:',
    ...Object.entries(settingsOf(about)).flatMap(([name, schema]) => settingLines(name, schema, values)),
  ]
  return [
    `# Made by npm run docs from ${about.name} --about. Copy it beside your meltano.yml, and name it in include_paths.`,
    'plugins:',
    `  ${type}:`,
    ...plugin.map((line, index) => `  ${index === 0 ? '- ' : '  '}${line}`),
    '',
  ].join('\n')
}

/** An object with settings of its own is each of them, with a dot: Meltano puts them together again. */
function settingLines(name, schema, values) {
  if (schema.properties) {
    return Object.entries(schema.properties).flatMap(([inner, one]) => settingLines(`${name}.${inner}`, one, values))
  }
  const value = values[name] ?? schema.default
  return [
    `- name: ${name}`,
    `  kind: ${kindOf(schema)}`,
    ...(schema.secret ? ['  sensitive: true'] : []),
    // JSON is YAML.
    ...(value === undefined ? [] : [`  value: ${JSON.stringify(value)}`]),
    ...(schema.enum ? ['  options:', ...schema.enum.map((one) => `  - {label: ${one}, value: ${one}}`)] : []),
    `  description: ${JSON.stringify(schema.description ?? '')}`,
  ]
}

/**
 * A fraction is `integer` too: what Meltano takes as `decimal` from the environment it can't write into a config file (4.4:
 * "Object of type Decimal is not JSON serializable"), and a number in meltano.yml it leaves as it is.
 */
function kindOf({ type, format, anyOf, enum: options }) {
  if (anyOf) return kindOf(anyOf[0])
  if (options) return 'options'
  if (format === 'date-time') return 'date_iso8601'
  return type === 'number' ? 'integer' : type
}
