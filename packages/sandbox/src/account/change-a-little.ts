import type { Row } from '../json.js'
import { textAt } from '../lists/row-path.js'
import { randomFrom } from '../random.js'
import type { Store } from './account.js'
import type { Mutate } from './mutate.js'

/** How many rows of each kind `changeALittle` created and updated. */
export type Changes = Readonly<Record<string, { readonly created: number; readonly updated: number }>>

const patches: Readonly<Record<string, (row: Row, note: string) => Row>> = {
  contacts: (_row, note) => ({ job_title: note }),
  companies: (_row, note) => ({ notes: note }),
  tags: (_row, note) => ({ description: note }),
  notes: (_row, note) => ({ text: note }),
  tasks: (row) => ({ completed: row.completed !== true }),
  opportunities: (_row, note) => ({ next_action_notes: note }),
  orders: (_row, note) => ({ notes: note }),
  products: (_row, note) => ({ description: note }),
}

/**
 * A quiet day: for each of the main resources a few rows are created and a few updated, more in a big account.
 * No row is removed. The same seed makes the same changes to the same account.
 */
export const changeALittle = (store: Store, mutate: Mutate, seed: number): Changes => {
  const random = randomFrom(seed, 'change a little')
  const changes: Record<string, { created: number; updated: number }> = {}
  for (const [resource, patch] of Object.entries(patches)) {
    const ids = [...store.collection(resource).rows()].map((row) => textAt(row, 'id'))
    const some = Math.max(1, Math.round(ids.length / 500))
    const updated = new Set(Array.from({ length: some }, () => random.pick(ids)))
    for (const id of updated) {
      mutate.update(resource, id, patch(store.collection(resource).get(id) ?? {}, `changed "${random.int(1000)}" 🙂`))
    }
    for (let made = 0; made < some; made++) mutate.create(resource)
    changes[resource] = { created: some, updated: updated.size }
  }
  return changes
}
