import { counted, number, percent } from '../format.js'
import { type Html, html } from '../html.js'
import { longTable, named, note, ofPart, type Section } from '../parts.js'
import type { Coverage, FieldCoverage } from '../read-custom-fields.js'
import type { Report } from '../report.js'

const SHOWN = 15

export function customFieldsSection({ coverage }: Report): Section {
  return { id: 'custom-fields', title: 'Custom fields', body: ofPart(coverage, body) }
}

function body(coverage: readonly Coverage[]): Html {
  if (coverage.length === 0) {
    return note('No definitions of custom fields are loaded, or no records that carry them.')
  }
  return html`${coverage.map(streamOf)}${note('In how many records a field has content: neither null, nor an empty text or list. Live records only.')}`
}

function streamOf({ stream, records, isSample, fields }: Coverage): Html {
  const used = fields.filter(({ filled }) => filled > 0).length
  return html`<h3>${stream}</h3>
<p>${number(used)} of ${counted(fields.length, 'field')} in use, in ${isSample && 'a sample of '}${counted(records, 'record')}.</p>
${longTable(
  `Custom fields of ${stream}, the fullest first`,
  [{ title: 'Field' }, { title: 'Type' }, { title: 'Filled in' }, { title: 'Records', align: 'right' }],
  fields.map((field) => [
    html`${named(field.label ?? '(no label)')} <span class="faint">${field.id}</span>`,
    field.type ?? '–',
    meterOf(field, records),
    number(field.filled),
  ]),
  SHOWN,
)}`
}

function meterOf({ filled }: FieldCoverage, records: number): Html {
  const share = records > 0 ? filled / records : 0
  return html`<span class="meter" style="--share:${(100 * share).toFixed(1)}%"><span class="bar" aria-hidden="true"></span><span class="share">${percent(share)}</span></span>`
}
