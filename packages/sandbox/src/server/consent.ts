import type { Answer } from './answer.js'

const page = (status: number, body: string): Answer => ({
  status,
  body: `<!doctype html><title>Keap sandbox</title>${body}`,
  headers: { 'content-type': 'text/html; charset=utf-8' },
})

/** Asks the user; each answer is a link, so that a test can be the browser. */
export const consentPage = (query: URLSearchParams): Answer => {
  const link = (decision: string, label: string) => {
    const address = new URLSearchParams([...query, ['decision', decision]]).toString().replaceAll('&', '&amp;')
    return `<a href="?${address}">${label}</a>`
  }
  return page(
    200,
    `<p>May the app read and change this account?</p><p>${link('allow', 'Allow')} ${link('deny', 'Deny')}</p>`,
  )
}

/** For what must not be sent back to the address that asked. */
export const refusalPage = (reason: string): Answer => page(400, `<p>${reason}</p>`)

/** Sends the browser back to the app. */
export const redirect = (address: string, answer: Readonly<Record<string, string>>): Answer => {
  const url = new URL(address)
  for (const [name, value] of Object.entries(answer)) url.searchParams.set(name, value)
  return { status: 302, body: '', headers: { location: url.href } }
}
