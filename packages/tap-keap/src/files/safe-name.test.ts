import assert from 'node:assert/strict'
import path from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { safeName } from './safe-name.js'

test('an ordinary name stays as it is, in any script', () => {
  for (const name of ['Vertrag 2024 (final).pdf', 'договор.docx', '見積書.xlsx', 'עברית.txt', 'résumé.pdf']) {
    assert.equal(safeName(name), name)
  }
})

test('a name can’t leave its folder, hide, or carry what a file system refuses', () => {
  assert.equal(safeName('../../etc/passwd'), '_.._etc_passwd')
  assert.equal(safeName('C:\\Windows\\x.exe'), 'C__Windows_x.exe')
  assert.equal(safeName('.htaccess'), 'htaccess')
  assert.equal(safeName('a\u0000b\u202Egpj.exe'), 'a_b_gpj.exe')
  for (const nothing of ['', '..', '. ', '\t']) assert.match(safeName(nothing), /^(file|_)$/)
})

test('a long name is cut between whole characters and keeps its extension', () => {
  const name = safeName(`${'👩‍👩‍👧‍👦'.repeat(300)}.pdf`)
  assert.ok(Buffer.byteLength(name) <= 150)
  assert.match(name, /\.pdf$/)
  assert.equal(name.isWellFormed(), true)
})

test('whatever the name, the path stays inside the folder', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.string({ maxLength: 500 })), (name) => {
      const safe = safeName(name)
      assert.equal(path.dirname(path.resolve('/files/7', `12-${safe}`)), '/files/7')
      assert.ok(Buffer.byteLength(safe) <= 150 && !safe.includes('\0') && safe !== '')
    }),
  )
})
