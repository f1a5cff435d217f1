import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DataError, recordFrom, type SchemaMessage, stateFrom } from '@keap-postgres/protocol'
import { openTarget } from './open-target.js'
import { inScratch, type Scratch, testDatabaseUrl } from './testing.js'

const planets: SchemaMessage = {
  type: 'SCHEMA',
  stream: 'planets',
  schema: { type: 'object', properties: { id: { type: 'integer' }, name: { type: 'string' } } },
  key_properties: ['id'],
}

const settingsOf = ({ schema, metaSchema }: Scratch) => ({
  database_url: testDatabaseUrl(),
  default_target_schema: schema,
  meta_schema: metaSchema,
})

test(
  'what a program writes is committed when close returns, and each state is told once it is true',
  inScratch(async (scratch) => {
    const states: string[] = []
    await using target = await openTarget(settingsOf(scratch), { onState: (state) => states.push(state) })
    await target.write(planets)
    for (let id = 1; id <= 5000; id++) await target.write(recordFrom('planets', { id, name: `planet ${id}` }))
    await target.write(stateFrom({ at: 5000 }))
    const counts = await target.close()
    assert.equal(counts.inserted, 5000)
    assert.deepEqual(states, ['{"at":5000}'])
    assert.deepEqual(await scratch.rows('select count(*)::int from :s.planets'), [{ count: 5000 }])
    await assert.rejects(target.write(planets), /closed/)
  }),
)

test(
  'what can’t be taken is thrown to whoever writes or closes next',
  inScratch(async (scratch) => {
    await using target = await openTarget(settingsOf(scratch))
    await target.write(planets)
    await target.write(recordFrom('planets', { name: 'without a key' }))
    await assert.rejects(target.close(), (error) => error instanceof DataError && /planets/.test(error.message))
    await assert.rejects(async () => {
      await using broken = await openTarget(settingsOf(scratch))
      await broken.write(recordFrom('moons', { id: 1 }))
      for (;;) await broken.write(recordFrom('moons', { id: 2 }))
    }, /moons/)
  }),
)

test(
  'a target that goes out of scope without close ends its run, and takes no more',
  inScratch(async (scratch) => {
    const failing = async () => {
      await using target = await openTarget(settingsOf(scratch))
      await target.write(planets)
      await target.write(recordFrom('planets', { id: 1, name: 'Mercury' }))
      throw new Error('the program has failed')
    }
    await assert.rejects(failing, /the program has failed/)
    const runs = await scratch.rows('select count(*)::int, count(finished_at)::int as finished from :meta.runs')
    assert.deepEqual(runs, [{ count: 1, finished: 1 }])
  }),
)

test('settings that are not there are refused', async () => {
  const settings = { databse_url: 'postgres://x' } as object
  await assert.rejects(openTarget(settings), /did you mean "database_url"/)
})
