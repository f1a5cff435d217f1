import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { pathToFileURL } from 'node:url'
import axe, { type AxeResults } from 'axe-core'
import { type Browser, chromium, type Page } from 'playwright-core'
import { createWorld } from './keap-pipeline.js'

/** Where Debian puts it, or wherever the variable says. */
const executable = [process.env.CHROMIUM_PATH, '/usr/bin/chromium'].find((file) => file && existsSync(file))

test('in a browser the report is whole by itself, can be read by everyone, and prints', {
  skip: !executable && 'no chromium',
}, async (t) => {
  await using world = await createWorld({ seed: 5, sizes: { contacts: 60 } })
  const { client } = world
  world.env.TAP_KEAP_STREAMS = 'business_profile,companies,contacts,custom_fields,order*,payments'
  for (const _run of [1, 2]) {
    const { tap, target } = await world.pipeline()
    assert.deepEqual([tap.exitCode, target.exitCode], [0, 0], tap.stderr + target.stderr)
    await world.target(['snapshot'])
    // What is found then, in every severity; and what fails.
    await client.query(`
      delete from keap.companies where id = (select max(id) from keap.companies);
      update keap.orders set total = total + 1;
      update keap.contacts set family_name = '<b>"Schmidt"</b>', given_name = null
    `)
  }
  await client.query(`update keap_meta.runs set status = 'failed', error = 'a <b>reason</b>'`)
  await world.target(['check'])
  const { exitCode, stderr } = await world.target(['report'])
  assert.equal(exitCode, 0, stderr)
  const url = pathToFileURL(path.join(world.cwd, 'keap-report.html')).href
  const browser = await chromium.launch({ executablePath: executable ?? '', args: ['--no-sandbox'] })
  t.after(() => browser.close())

  for (const colorScheme of ['light', 'dark'] as const) {
    await t.test(`${colorScheme}: nothing is fetched, nothing is wrong, nothing stands in anyone's way`, async () => {
      const seen = await openPage(browser, url, { colorScheme })
      const { page } = seen
      assert.equal(await page.evaluate(`matchMedia('(prefers-color-scheme: ${colorScheme})').matches`), true)
      await page.evaluate(`document.querySelectorAll('details').forEach((one) => { one.open = true })`)
      assert.deepEqual(await violations(page), [])
      assert.deepEqual(seen.requests, [url])
      assert.deepEqual(seen.said, [])
      await page.close()
    })
  }

  await t.test('a finding opens by the keyboard', async () => {
    const { page } = await openPage(browser, url)
    const finding = page.locator('#checks details.finding').first()
    assert.ok(!(await finding.locator('dl, .message').first().isVisible()))
    await finding.locator('summary').focus()
    await page.keyboard.press('Enter')
    assert.ok(await finding.locator('dl, .message').first().isVisible())
    await page.close()
  })

  await t.test('on a telephone the page is as wide as the screen, and what is wider scrolls by itself', async () => {
    const { page } = await openPage(browser, url, { viewport: { width: 360, height: 740 } })
    assert.equal(await page.evaluate('document.documentElement.scrollWidth'), 360)
    assert.ok(
      await page.evaluate(`[...document.querySelectorAll('.scroll')].some((one) => one.scrollWidth > one.clientWidth)`),
    )
    await page.close()
  })

  await t.test('on paper findings are unfolded, the colours are those for paper, and nothing is cut off', async () => {
    const { page } = await openPage(browser, url, { colorScheme: 'dark', viewport: { width: 700, height: 1000 } })
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' })
    assert.ok(await page.locator('#checks details.finding dl').first().isVisible())
    assert.ok(!(await page.locator('nav').isVisible()))
    assert.equal(await page.evaluate('getComputedStyle(document.body).backgroundColor'), 'rgb(255, 255, 255)')
    assert.equal(await page.evaluate('document.documentElement.scrollWidth'), 700)
    assert.equal((await page.pdf()).subarray(0, 5).toString(), '%PDF-')
    await page.close()
  })
})

type Seen = { page: Page; requests: string[]; said: string[] }

async function openPage(browser: Browser, url: string, options: Parameters<Browser['newPage']>[0] = {}): Promise<Seen> {
  const page = await browser.newPage(options)
  const requests: string[] = []
  const said: string[] = []
  page.on('request', (request) => {
    if (!request.url().startsWith('data:')) requests.push(request.url())
  })
  page.on('console', (message) => void said.push(message.text()))
  page.on('pageerror', (error) => void said.push(error.message))
  await page.goto(url)
  return { page, requests, said }
}

/** What axe finds, by every rule that it has. */
async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe.source)
  const results = (await page.evaluate('axe.run()')) as AxeResults
  return results.violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${help}: ${html}: ${failureSummary}`),
  )
}
