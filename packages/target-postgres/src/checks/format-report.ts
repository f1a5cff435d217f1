import type { CheckReport } from './check-report.js'
import type { CheckResult } from './run-check.js'

/** The report for a machine: one JSON object. */
export function reportAsJson({ pack, targetSchema, checkedAt, results }: CheckReport): string {
  const summary = Object.fromEntries(RESULTS.map((result) => [result.replace(' ', '_'), countOf(results, result)]))
  const report = { pack, target_schema: targetSchema, checked_at: checkedAt.toISOString(), summary, results }
  return JSON.stringify(report, null, 2)
}

const RESULTS = ['pass', 'fail', 'error', 'not tested'] as const

/** How many findings of a check are shown. */
const SHOWN = 3

const SEVERITIES = ['error', 'warning', 'info']

/** The report for a person: what isn't well, the worst first, with the first findings of each; then how much is. */
export function reportAsText(report: CheckReport): string {
  const { results } = report
  const bad = results
    .filter(({ result }) => result === 'fail' || result === 'error')
    .sort((a, b) => rankOf(a) - rankOf(b))
  const lines = [...(bad.length > 0 ? [tableOf(bad), ''] : []), summaryOf(report)]
  const untested = untestedOf(results)
  return [...lines, ...(untested === '' ? [] : [untested])].join('\n')
}

function rankOf({ result, severity }: CheckResult): number {
  return result === 'error' ? -1 : SEVERITIES.indexOf(severity)
}

function tableOf(results: readonly CheckResult[]): string {
  const head = ['severity', 'result', 'findings', 'check']
  const rows = results.map((one) => [
    one.severity,
    one.result,
    one.result === 'fail' ? one.findings.toLocaleString('en') : '',
    `${one.id}: ${one.title}`,
  ])
  const widths = head.map((_, at) => Math.max(...[head, ...rows].map((row) => row[at]?.length ?? 0)))
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, at) => {
        const width = at === cells.length - 1 ? 0 : (widths[at] ?? 0)
        return head[at] === 'findings' ? cell.padStart(width) : cell.padEnd(width)
      })
      .join('  ')
      .trimEnd()
  const indent = ' '.repeat(widths.slice(0, -1).reduce((sum, width) => sum + width + 2, 2))
  return [
    line(head),
    ...results.flatMap((one, at) => [line(rows[at] ?? []), ...detailsOf(one).map((text) => indent + text)]),
  ].join('\n')
}

function detailsOf({ sample, findings, ignored, reason }: CheckResult): string[] {
  if (reason !== undefined) return [reason]
  const more = findings - Math.min(sample.length, SHOWN)
  return [
    ...sample.slice(0, SHOWN).map(({ key, explanation }) => `${key ?? '(no key)'}: ${onOneLine(explanation ?? '')}`),
    ...(more > 0 ? [`… and ${more.toLocaleString('en')} more`] : []),
    ...(ignored > 0 ? [`${ignored.toLocaleString('en')} ignored, as the config says`] : []),
  ]
}

function onOneLine(text: string): string {
  return text.replace(/\s+/g, ' ')
}

function summaryOf({ targetSchema, results }: CheckReport): string {
  const failed = SEVERITIES.flatMap((severity) => {
    const count = results.filter((one) => one.result === 'fail' && one.severity === severity).length
    return count > 0 ? [`${count} ${severity}`] : []
  })
  const parts = [
    `${countOf(results, 'pass')} passed`,
    `${countOf(results, 'fail')} failed${failed.length > 0 ? ` (${failed.join(', ')})` : ''}`,
    ...(countOf(results, 'error') > 0 ? [`${countOf(results, 'error')} could not be run`] : []),
    `${countOf(results, 'not tested')} not tested`,
  ]
  return `${results.length} ${results.length === 1 ? 'check' : 'checks'} of ${targetSchema}: ${parts.join(', ')}.`
}

/** Why some could not be tested, a line for each kind of reason. */
function untestedOf(results: readonly CheckResult[]): string {
  const kinds = new Map<string, Set<string>>()
  for (const { result, reason = '' } of results) {
    if (result !== 'not tested') continue
    const [kind = '', what = ''] = reason.split(': ')
    const known = kinds.get(kind) ?? new Set()
    kinds.set(kind, new Set([...known, ...what.split(', ')]))
  }
  return [...kinds].map(([kind, what]) => `Not tested, since ${kind}: ${[...what].sort().join(', ')}.`).join('\n')
}

function countOf(results: readonly CheckResult[], wanted: CheckResult['result']): number {
  return results.filter(({ result }) => result === wanted).length
}
