import type { Account, Random } from '@keap-postgres/sandbox'

/** Somebody works in Keap: rows are created, changed, tagged and removed, and a file is put into the box. */
export function work(account: Account, random: Random): void {
  const { mutate } = account
  account.changeALittle(random.int(1_000_000))
  mutate.create('files')
  for (const name of ['contacts', 'orders', 'opportunities', 'appointments', 'tags', 'files']) {
    if (random.chance(0.4)) mutate.remove(name, random.pick(idsOf(account, name)))
  }
  mutate.applyTag(random.pick(idsOf(account, 'contacts')), random.pick(idsOf(account, 'tags')))
  const [tagged] = [...account.truth('contact_tags')]
  if (tagged?.parentId !== undefined) mutate.removeTag(tagged.id, tagged.parentId)
}

function idsOf(account: Account, name: string): string[] {
  return [...account.truth(name)].map(({ id }) => id)
}
