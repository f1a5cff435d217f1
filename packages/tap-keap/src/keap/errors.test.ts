import assert from 'node:assert/strict'
import { test } from 'node:test'
import { messageOf } from './errors.js'

test('an error says its reason, whichever layer wrote it', () => {
  for (const [body, said] of [
    ['{"fault":{"faultstring":"Invalid Access Token","detail":{"errorcode":"x"}}}', 'Invalid Access Token'],
    ['{"code":"429","message":"Quota Exceeded","status":"Request Throttled","details":null}', 'Quota Exceeded'],
    ['{"message":"Unrecognized property: foo"}', 'Unrecognized property: foo'],
    ['{"cause":null,"localizedMessage":"No access","message":null,"stackTrace":[],"suppressed":[]}', 'No access'],
    ['{"error":"invalid_grant","error_description":"Invalid refresh token"}', 'Invalid refresh token'],
    [
      '<html><style>p {}</style><head><title>502</title></head>\n<body><h1>Server Error</h1><p>Try again.</p></body></html>',
      '502 Server Error Try again.',
    ],
    ['{"message": "half', '{"message": "half'],
    [' \n', 'an empty body'],
    ['<html></html>', 'an empty body'],
  ]) {
    assert.equal(messageOf(body ?? ''), said)
  }
  assert.equal(messageOf('x'.repeat(5000)).length, 200)
})
