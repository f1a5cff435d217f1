import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { test } from 'node:test'
import { createWorld, type World } from './keap-pipeline.js'

const sizes = { contacts: 5, tags: 1 }

/** Each puts a secret where none may be. */
const plants: [where: RegExp, plant: (world: World) => unknown][] = [
  [
    /^tap-keap stderr: KeapAK-sandb/,
    ({ record, keap }) => record('tap-keap stderr', `asked with ${keap.credentials.apiKey}`),
  ],
  [
    /^state\.json: sandbox-refr/,
    ({ cwd, keap }) => writeFile(path.join(cwd, 'state.json'), `{"t":"${keap.tokens.issue().refreshToken}"}`),
  ],
  [
    /^keap\."Notes": sandbox-acce/,
    ({ client, keap }) =>
      client.query(`
        create schema keap;
        create table keap."Notes" as select 1 as id, '{"text":"${keap.tokens.issue().accessToken}"}'::jsonb as raw`),
  ],
]

for (const [where, plant] of plants) {
  test(`a secret that a program lets slip fails the test it runs in: ${where.source}`, async () => {
    await assert.rejects(
      async () => {
        await using world = await createWorld({ sizes })
        await plant(world)
      },
      (error) => error instanceof assert.AssertionError && where.test((error.actual as string[]).join()),
    )
  })
}

test('a run that shows nothing, and the places that are meant to hold secrets, pass', async () => {
  await using world = await createWorld({ sizes })
  await world.writeConfig('c.json', { api_key: world.keap.credentials.apiKey })
  await world.client.query(
    `create schema keap_meta; create table keap_meta.tokens as select '${world.keap.tokens.issue().refreshToken}' as refresh_token`,
  )
  assert.equal((await world.tap()).exitCode, 0)
})
