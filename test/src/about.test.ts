import assert from 'node:assert/strict'
import { tmpdir } from 'node:os'
import { test } from 'node:test'
import { runTapKeap, runTargetPostgres } from '@keap-postgres/sandbox'
import { TapConfig } from 'tap-keap'
import { Config } from 'target-postgres'

const around = { env: { PATH: process.env.PATH ?? '' }, cwd: tmpdir() }
const programs = [
  { name: 'tap-keap', schema: TapConfig, run: (tapArgs: string[]) => runTapKeap({ tapArgs, ...around }) },
  {
    name: 'target-postgres',
    schema: Config,
    run: (targetArgs: string[]) => runTargetPostgres({ targetArgs, ...around }),
  },
]

type Property = { description?: string; secret?: boolean; properties?: Record<string, Property> }

for (const { name, schema, run } of programs) {
  const settings = Object.keys(schema.shape)

  test(`${name} --about --format json has the shape that the Singer SDK prints, with every setting, and needs no config`, async () => {
    const { exitCode, stdout, stderr } = await run(['--about', '--format', 'json'])
    assert.deepEqual([exitCode, stderr], [0, ''])
    const about = JSON.parse(stdout)
    assert.deepEqual(Object.keys(about), ['name', 'description', 'version', 'sdk_version', 'capabilities', 'settings'])
    assert.equal(about.name, name)
    assert.ok(about.capabilities.includes('structured-logging'))
    assert.equal(about.settings.type, 'object')
    const properties: Record<string, Property> = about.settings.properties
    assert.deepEqual(Object.keys(properties), settings)
    for (const [setting, { description }] of Object.entries(properties)) assert.ok(description, setting)
  })

  test(`${name} --about says the same for people and as Markdown`, async () => {
    const text = await run(['--about'])
    assert.equal(text.exitCode, 0, text.stderr)
    const markdown = await run(['--about', '--format=markdown'])
    assert.equal(markdown.exitCode, 0, markdown.stderr)
    for (const setting of settings) {
      assert.match(text.stdout, new RegExp(`Name: ${setting}\\n.*\\n.*_${setting.toUpperCase()}\\n`))
      assert.match(markdown.stdout, new RegExp(`^\\| ${setting} \\| False \\| .+ \\| .+ \\|$`, 'm'))
    }
  })
}

test('what is secret is marked as such, and nothing else', async () => {
  const marked = []
  for (const { name, run } of programs) {
    const { stdout } = await run(['--about', '--format', 'json'])
    marked.push(...secretsIn(JSON.parse(stdout).settings.properties, name))
  }
  assert.deepEqual(marked, [
    'tap-keap.api_key',
    'tap-keap.client_secret',
    'tap-keap.refresh_token',
    'tap-keap.token_store',
    'tap-keap.mask_key',
    'target-postgres.database_url',
    'target-postgres.password',
    'target-postgres.alert.webhook',
  ])
})

function secretsIn(properties: Record<string, Property>, where: string): string[] {
  return Object.entries(properties).flatMap(([name, property]) => [
    ...(property.secret ? [`${where}.${name}`] : []),
    ...secretsIn(property.properties ?? {}, `${where}.${name}`),
  ])
}
