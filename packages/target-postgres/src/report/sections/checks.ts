import { counted, moment, number } from '../format.js'
import { type Html, html } from '../html.js'
import { named, note, ofPart, type Section, status, type Tone } from '../parts.js'
import type { CheckedPack, CheckOutcome } from '../read-checks.js'
import type { Report } from '../report.js'
import { verdict } from './summary.js'

export function checksSection({ checks }: Report): Section {
  return { id: 'checks', title: 'Checks', body: ofPart(checks, body) }
}

function body(packs: readonly CheckedPack[]): Html {
  if (packs.length === 0) {
    return note(
      'The checks have never been run for this schema, so nothing is known of them. Run: target-postgres check',
    )
  }
  return html`${packs.map((one) => packOf(one, packs.length > 1))}`
}

function packOf({ pack, checkedAt, outcomes }: CheckedPack, isOneOfMany: boolean): Html {
  const bad = outcomes.filter(({ result }) => result === 'fail' || result === 'error').sort((a, b) => rank(a) - rank(b))
  const passed = outcomes.filter(({ result }) => result === 'pass')
  const untested = outcomes.filter(({ result }) => result === 'not tested')
  return html`${isOneOfMany && html`<h3>Pack ${named(pack)}</h3>`}
<p class="lead">${verdict([{ pack, checkedAt, outcomes }])}. Looked at ${moment(checkedAt)} UTC: ${counted(passed.length, 'check')} passed, ${number(bad.length)} did not, ${number(untested.length)} could not be tested.</p>
${bad.map(badOf)}
${
  untested.length > 0 &&
  html`<details class="rest"><summary>${number(untested.length)} not tested</summary><ul>${untested.map(
    ({ id, reason }) => html`<li><code>${named(id)}</code> ${reason ?? ''}</li>`,
  )}</ul></details>`
}
${
  passed.length > 0 &&
  html`<details class="rest"><summary>${number(passed.length)} passed</summary><ul>${passed.map(
    ({ id, title, ignored }) =>
      html`<li><code>${named(id)}</code> ${title}${ignored > 0 && ` (${number(ignored)} ignored, as the config says)`}</li>`,
  )}</ul></details>`
}`
}

const SEVERITIES = ['error', 'warning', 'info']

function rank({ result, severity }: CheckOutcome): number {
  return result === 'error' ? -1 : SEVERITIES.indexOf(severity)
}

const TONES: Readonly<Record<CheckOutcome['severity'], Tone>> = { error: 'bad', warning: 'warn', info: 'plain' }

function badOf(outcome: CheckOutcome): Html {
  const { id, title, severity, result, findings, ignored, sample, reason } = outcome
  const more = findings - sample.length
  const word = result === 'error' ? 'could not be run' : severity
  return html`<details class="finding"><summary>${status(result === 'error' ? 'bad' : TONES[severity], word)} <span class="what">${title}</span> <span class="count">${result === 'fail' && counted(findings, 'finding')}</span></summary>
<p><code>${named(id)}</code></p>
${reason !== null && html`<p class="message">${reason}</p>`}
${
  sample.length > 0 &&
  html`<dl>${sample.map(
    ({ key, explanation }) => html`<div><dt>${named(key ?? '(no key)')}</dt><dd>${named(explanation ?? '')}</dd></div>`,
  )}</dl>`
}
${more > 0 && note(`… and ${number(more)} more`)}${ignored > 0 && note(`${number(ignored)} ignored, as the config says`)}
</details>`
}
