/** The page's own: two sets of colours, one column, tables that scroll by themselves. All contrasts are 4.5 : 1 or more. */
export const STYLES = `
:root {
  color-scheme: light;
  --page: #fafaf8; --panel: #ffffff; --ink: #1b1d1f; --soft: #565c62; --rule: #e3e3dd; --link: #1f5582;
  --good: #1c6b3a; --warn: #825300; --bad: #a8232b; --mark: #3d6d9c; --mark-2: #c08a2e; --mark-3: #8d6a9f;
}
@media (prefers-color-scheme: dark) {
  :root {
    color-scheme: dark;
    --page: #141618; --panel: #1b1e21; --ink: #e7e7e2; --soft: #a4aab0; --rule: #2e3338; --link: #93c0ea;
    --good: #7fd09a; --warn: #e8b75f; --bad: #f4918c; --mark: #7fb0de; --mark-2: #d9a94e; --mark-3: #b899ca;
  }
}
* { box-sizing: border-box; }
html { scroll-padding-top: 1rem; -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body {
  margin: 0 auto; max-width: 68rem; padding: 3.5rem 2rem 4rem; background: var(--page); color: var(--ink);
  font: 400 0.9375rem/1.55 ui-sans-serif, system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
  font-variant-numeric: tabular-nums; overflow-wrap: anywhere;
}
h1, h2, h3 { line-height: 1.2; text-wrap: balance; }
h1 { font-size: 2.25rem; font-weight: 600; letter-spacing: -0.02em; margin: 0 0 1.25rem; }
h2 { font-size: 1.375rem; font-weight: 600; letter-spacing: -0.01em; margin: 0 0 1.25rem; }
h3 { font-size: 1rem; font-weight: 600; margin: 2rem 0 0.5rem; }
a { color: var(--link); text-underline-offset: 0.2em; text-decoration-thickness: 1px; }
a:focus-visible, summary:focus-visible, .scroll:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
code { font: 0.875em/1.4 ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; }
p { margin: 0 0 0.75rem; max-width: 46rem; }
.kind { color: var(--soft); font-size: 0.8125rem; letter-spacing: 0.06em; text-transform: uppercase; margin-bottom: 0.5rem; }
.faint, .note, footer, .about { color: var(--soft); }
.faint { font-size: 0.8125rem; }
.note { font-size: 0.875rem; margin-top: 0.75rem; }
.lead { font-size: 1rem; }
.message { white-space: pre-wrap; }
.unseen, .skip:not(:focus) { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.skip:focus { position: absolute; top: 0.5rem; left: 0.5rem; background: var(--panel); padding: 0.5rem 1rem; }

.facts { display: flex; flex-wrap: wrap; gap: 0.75rem 2.5rem; margin: 0; }
.facts dt { color: var(--soft); font-size: 0.8125rem; }
.facts dd { margin: 0; }
nav { margin: 2rem 0 0; padding: 0.75rem 0; border-block: 1px solid var(--rule); }
nav ol { display: flex; flex-wrap: wrap; gap: 0.375rem 1.5rem; list-style: none; margin: 0; padding: 0; }
nav a { text-decoration: none; }
nav a:hover { text-decoration: underline; }
section { margin-top: 4rem; }
#summary { margin-top: 2rem; }
footer { margin-top: 4rem; padding-top: 1rem; border-top: 1px solid var(--rule); font-size: 0.8125rem; }

.tiles { display: grid; grid-template-columns: repeat(3, minmax(0, 1fr)); gap: 1px; list-style: none; margin: 0; padding: 0;
  background: var(--rule); border: 1px solid var(--rule); border-radius: 0.5rem; overflow: hidden; }
.tiles li { background: var(--panel); }
.tiles a { display: flex; flex-direction: column; height: 100%; padding: 1.125rem 1.25rem 1rem; color: inherit; text-decoration: none; }
.tiles a:hover .title { text-decoration: underline; }
.tiles a:focus-visible { outline-offset: -3px; }
.tiles .title { color: var(--soft); font-size: 0.8125rem; }
.tiles .value { font-size: 1.625rem; font-weight: 600; letter-spacing: -0.02em; line-height: 1.3; }
.tiles .about { font-size: 0.8125rem; }
.tiles .status { white-space: normal; }

.status { white-space: nowrap; font-weight: 500; }
.good { color: var(--good); } .warn { color: var(--warn); } .bad { color: var(--bad); } .plain { color: var(--soft); }

.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: 0.875rem; }
th, td { text-align: left; font-weight: 400; padding: 0.3125rem 1rem 0.3125rem 0; border-bottom: 1px solid var(--rule); vertical-align: middle; }
th:last-child, td:last-child { padding-right: 0; }
thead th { color: var(--soft); font-size: 0.8125rem; vertical-align: bottom; border-bottom-color: var(--soft); white-space: nowrap; }
tbody th { min-width: 11rem; }
td.left { min-width: 6rem; }
.right { text-align: right; white-space: nowrap; }
td.right + td.left { padding-left: 1rem; }
th.right + th.left { padding-left: 1rem; }
td time, th time { white-space: nowrap; }

figure { margin: 0 0 1.75rem; }
figcaption { color: var(--soft); font-size: 0.8125rem; margin-bottom: 0.5rem; }
figure svg { min-width: 44rem; color: var(--soft); }
svg { display: block; max-width: 100%; height: auto; }
svg text { white-space: pre; }
.spark { display: block; width: 7.5rem; }
.legend { display: flex; flex-wrap: wrap; gap: 0.25rem 1.25rem; list-style: none; margin: 0 0 0.75rem; padding: 0; font-size: 0.8125rem; }
.swatch { display: inline-block; width: 0.625rem; height: 0.625rem; border-radius: 2px; margin-right: 0.375rem; }

details { border-bottom: 1px solid var(--rule); }
details.rest { border: 0; margin-top: 0.5rem; }
summary { cursor: pointer; padding: 0.5rem 0; color: var(--ink); }
.rest > summary { color: var(--link); font-size: 0.875rem; }
.finding { padding-left: 1.25rem; }
.finding > summary { margin-left: -1.25rem; display: flex; gap: 0.25rem 0.75rem; flex-wrap: wrap; align-items: baseline; }
.finding > summary::before { content: "▸"; color: var(--soft); width: 0.75rem; margin-right: -0.25rem; }
.finding[open] > summary::before { content: "▾"; }
.finding > summary::-webkit-details-marker { display: none; }
.finding .status { min-width: 5.5rem; }
.finding .what { flex: 1 1 20rem; }
.finding .count { color: var(--soft); font-size: 0.875rem; }
.finding p { margin-bottom: 0.375rem; color: var(--soft); }
dl { margin: 0; }
.finding dl { margin-bottom: 0.75rem; font-size: 0.875rem; }
.finding dl div { display: grid; grid-template-columns: minmax(6rem, 12rem) 1fr; gap: 0 1rem; padding: 0.1875rem 0; }
.finding dd { margin: 0; }
.finding dt { color: var(--soft); }
.rest ul { font-size: 0.875rem; padding-left: 1.25rem; color: var(--soft); }

.meter { display: grid; grid-template-columns: 10rem 3.5rem; align-items: center; gap: 0.75rem; }
.bar { height: 0.5rem; border-radius: 0.25rem; background: linear-gradient(to right, var(--mark) var(--share), var(--rule) var(--share)); }
.share { text-align: right; }

@media (max-width: 40rem) {
  body { padding: 1.75rem 1rem 2.5rem; }
  h1 { font-size: 1.75rem; }
  section { margin-top: 3rem; }
  .tiles { grid-template-columns: repeat(2, minmax(0, 1fr)); }
  .tiles a { padding: 0.875rem; }
  .tiles .value { font-size: 1.25rem; }
  .finding dl div { grid-template-columns: 1fr; }
  .meter { grid-template-columns: 5rem 3.5rem; }
}

@page { margin: 16mm 14mm; }
@media print {
  :root {
    color-scheme: light;
    --page: #ffffff; --panel: #ffffff; --ink: #000000; --soft: #4c5157; --rule: #d5d5d0; --link: #000000;
    --good: #1c6b3a; --warn: #7a4d00; --bad: #a8232b; --mark: #3d6d9c; --mark-2: #c08a2e; --mark-3: #8d6a9f;
    print-color-adjust: exact; -webkit-print-color-adjust: exact;
  }
  html { font-size: 10pt; }
  body { max-width: none; padding: 0; }
  nav, .skip { display: none; }
  section { margin-top: 1.75rem; }
  h2, h3, figcaption, summary { break-after: avoid; }
  figure, tr, .tiles, .finding dl div { break-inside: avoid; }
  thead { display: table-header-group; }
  th, td { padding: 0.15rem 0.6rem 0.15rem 0; }
  .scroll { overflow: visible; }
  figure svg { min-width: 0; }
  a { text-decoration: none; }
  /* Paper can't be opened. What was found is shown; the rest of a long list is only counted. */
  .finding::details-content { content-visibility: visible; block-size: auto; }
  .finding > summary::before { display: none; }
  .rest > summary { color: var(--soft); list-style: none; }
}
`
