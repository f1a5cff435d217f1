import assert from 'node:assert/strict'
import { test } from 'node:test'
import { html, markupOf, trusted } from './html.js'

test('what is put into a template is text, in elements and in attributes', () => {
  const hostile = `</title><script>alert('1')</script>" onload="&amp;`
  assert.equal(
    markupOf(html`<p title="${hostile}">${hostile}</p>`),
    '<p title="&lt;/title&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&quot; onload=&quot;&amp;amp;">' +
      '&lt;/title&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&quot; onload=&quot;&amp;amp;</p>',
  )
})

test('templates can stand in templates, in lists too; what is missing is nothing, and 0 is 0', () => {
  const items = ['<a>', 'b'].map((item) => html`<li>${item}</li>`)
  assert.equal(markupOf(html`<ul>${items}</ul>${undefined}${false}${0}${''}`), '<ul><li>&lt;a&gt;</li><li>b</li></ul>0')
})

test('markup of our own is taken as it is, and nothing that was parsed from JSON passes for it', () => {
  assert.equal(markupOf(html`${trusted('<svg/>')}`), '<svg/>')
  const forged = JSON.parse('{"markup": "<b>", "Symbol(markup)": "<b>"}')
  assert.doesNotMatch(markupOf(html`${forged}`), /<b>/)
})
