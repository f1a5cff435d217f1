import { packageVersion } from '../version.js'
import { moment } from './format.js'
import { type Html, html, markupOf, trusted } from './html.js'
import { named, present, type Section } from './parts.js'
import type { Report } from './report.js'
import { callsSection } from './sections/calls.js'
import { checksSection } from './sections/checks.js'
import { customFieldsSection } from './sections/custom-fields.js'
import { driftSection } from './sections/drift.js'
import { runsSection } from './sections/runs.js'
import { streamsSection } from './sections/streams.js'
import { summary } from './sections/summary.js'
import { tablesSection } from './sections/tables.js'
import { STYLES } from './styles.js'

const SECTIONS = [
  streamsSection,
  runsSection,
  callsSection,
  checksSection,
  driftSection,
  tablesSection,
  customFieldsSection,
]

/** Whatever stands in the page: nothing is fetched, and nothing runs. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"

/** The report as one HTML document that needs nothing else: no network, no script. */
export function pageOf(report: Report): string {
  const title = titleOf(report)
  const sections = SECTIONS.map((make) => make(report))
  return markupOf(html`${trusted('<!doctype html>')}
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${title} – report</title>
<link rel="icon" href="data:,">
<style>${trusted(STYLES)}</style>
</head>
<body>
<a class="skip" href="#main">To the report</a>
${header(report, title)}
${contents(sections)}
<main id="main">
<section id="summary" aria-labelledby="summary-title"><h2 id="summary-title" class="unseen">Summary</h2>${summary(report)}</section>
${sections.map(sectionOf)}
</main>
<footer><p>Made by target-postgres ${packageVersion} at ${moment(report.madeAt)} UTC from what the database held at that moment; times are UTC. Beside counts and names of tables, columns and custom fields it holds the keys and explanations of the checks' first findings, and the messages of runs that failed: treat it like the data.</p></footer>
</body>
</html>
`)
}

function titleOf(report: Report): string {
  const account = present(report.account)
  return account?.name ?? account?.id ?? report.scope.schema
}

function header({ scope, server, madeAt, postgresVersion, account }: Report, title: string): Html {
  const id = present(account)?.id
  return html`<header>
<p class="kind">State of the copy</p>
<h1>${named(title)}</h1>
<dl class="facts">
${id !== undefined && html`<div><dt>Account</dt><dd>${named(id)}</dd></div>`}
<div><dt>Schema</dt><dd><code>${named(scope.schema)}</code>, records in <code>${named(scope.metaSchema)}</code></dd></div>
<div><dt>Database</dt><dd><code>${named(server)}</code>, Postgres ${postgresVersion}</dd></div>
<div><dt>Seen</dt><dd>${moment(madeAt)} UTC</dd></div>
</dl>
</header>`
}

function contents(sections: readonly Section[]): Html {
  return html`<nav aria-label="Contents"><ol>${sections.map(({ id, title }) => html`<li><a href="#${id}">${title}</a></li>`)}</ol></nav>`
}

function sectionOf({ id, title, body }: Section): Html {
  return html`<section id="${id}" aria-labelledby="${id}-title"><h2 id="${id}-title">${title}</h2>
${body}
</section>
`
}
