import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createWorld } from './keap-pipeline.js'
import { leaksIn, leaksInDatabase, leaksInFolder } from './secret-scan.js'

/** How Keap names the places where somebody's address stands. */
const addressed = ['email', 'sent_to_address', 'sent_to_cc_address_list', 'sent_to_bcc_address_list']
const rules = {
  ...Object.fromEntries(addressed.map((name) => [`*.raw/**/${name}`, 'hash'])),
  'contacts.birth_date': 'null',
  'contacts.raw/phone_numbers/*/number': 'hash',
}

test('what is masked is nowhere in the database, in no file and in no output, and still joins', async () => {
  await using world = await createWorld({ sizes: { contacts: 40, tags: 3 } })
  const { keap, client, cwd, env } = world
  const contacts = [...keap.account.truth('contacts')].map(({ text }) => JSON.parse(text))
  const addresses = new Set<string>(
    contacts.flatMap(({ email_addresses: all }) => all.map(({ email }: { email: string }) => email)),
  )
  assert.ok(addresses.size > 30)

  env.TAP_KEAP_STREAMS = '*'
  assert.equal((await world.pipeline()).target.exitCode, 0)
  assert.ok((await leaksInDatabase(client, addresses)).length > addresses.size, 'the search finds what is there')

  await client.query('drop schema keap cascade; drop schema keap_meta cascade')
  env.TAP_KEAP_MASK = JSON.stringify(rules)
  env.TAP_KEAP_MASK_KEY = 'a key that only this test knows'
  const { tap, target } = await world.pipeline()
  assert.deepEqual([tap.exitCode, target.exitCode], [0, 0], tap.stderr)
  assert.doesNotMatch(tap.stderr, /no payload had anything/)
  assert.deepEqual(
    [
      ...leaksIn('tap-keap stderr', tap.stderr, addresses),
      ...leaksIn('target-postgres', target.stderr + target.stdout, addresses),
      ...(await leaksInFolder(cwd, addresses, () => false)),
      ...(await leaksInDatabase(client, addresses)),
    ],
    [],
  )

  for (const args of [['--dry-run'], ['--test']]) {
    const { exitCode, stdout, stderr } = await world.tap(args)
    assert.equal(exitCode, 0, stderr)
    assert.match(stdout, /"stream":"contacts"/)
    assert.deepEqual(leaksIn(args.join(), stdout + stderr, addresses), [])
  }

  const { rows } = await client.query(`
    select
      (select count(*)::int from keap.contacts) as contacts,
      (select count(birth_date)::int from keap.contacts) as births,
      (
        select count(*)::int
        from keap.emails
        join keap.contacts on contacts.id = emails.contact_id
        where contacts.email_addresses @> jsonb_build_array(jsonb_build_object('email', emails.sent_to_address))
      ) as joined
  `)
  assert.equal(rows[0].contacts, 40)
  assert.equal(rows[0].births, 0)
  assert.ok(rows[0].joined > 0)
})

test('a masked copy passes the checks that the copy passes without', async () => {
  await using world = await createWorld({ sizes: { contacts: 20, tags: 2 } })
  world.env.TAP_KEAP_MASK = JSON.stringify(rules)
  world.env.TAP_KEAP_MASK_KEY = 'a key that only this test knows'
  assert.equal((await world.pipeline()).tap.exitCode, 0)
  const { stdout } = await world.target(['check', '--format', 'json'])
  const errors = JSON.parse(stdout).results.filter(
    (one: { severity: string; result: string }) => one.severity === 'error' && one.result === 'fail',
  )
  assert.deepEqual(errors, [])
})
