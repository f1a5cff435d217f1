import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openerOf } from './open-browser.js'

test('each system has its way to open an address; a Linux without a screen has none', () => {
  assert.deepEqual(openerOf('darwin', {}), ['open'])
  assert.equal(openerOf('win32', {})[0], 'rundll32')
  assert.deepEqual(openerOf('linux', { WAYLAND_DISPLAY: 'wayland-0' }), ['xdg-open'])
  assert.deepEqual(openerOf('linux', { DISPLAY: ':0' }), ['xdg-open'])
  assert.deepEqual(openerOf('linux', {}), [])
})
