// Rows of one's own into Postgres, without a pipe. Usage: DATABASE_URL=postgres://… node load-values.js
import { recordFrom, stateFrom } from '@keap-postgres/protocol'
import { openTarget } from 'target-postgres'

const settings = { default_target_schema: 'space', database_url: process.env.DATABASE_URL }
await using target = await openTarget(settings, { onState: (state) => console.log(state) })
await target.write({
  type: 'SCHEMA',
  stream: 'planets',
  schema: { type: 'object', properties: { id: { type: 'integer' }, name: { type: 'string' } } },
  key_properties: ['id'],
})
for (const [at, name] of ['Mercury', 'Venus', 'Earth'].entries()) {
  await target.write(recordFrom('planets', { id: at + 1, name }))
}
await target.write(stateFrom({ planets: 3 }))
const { inserted, updated, unchanged } = await target.close()
console.log(`${inserted} new, ${updated} changed, ${unchanged} unchanged`)
