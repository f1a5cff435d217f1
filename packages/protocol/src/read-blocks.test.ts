import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { test } from 'node:test'
import fc from 'fast-check'
import { readBlocks } from './read-blocks.js'

test('however the input is cut, its lines come whole and in order', async () => {
  const cutText = fc.tuple(fc.array(fc.constantFrom('a', 'é', '😀', '\n', 'long enough')), fc.array(fc.nat(8)))
  await fc.assert(
    fc.asyncProperty(cutText, async ([pieces, cuts]) => {
      const bytes = Buffer.from(pieces.join(''))
      const blocks = await blocksOf(cutUp(bytes, cuts))
      for (const block of blocks) assert.equal(block.at(-1), 0x0a)
      const text = bytes.toString()
      assert.equal(Buffer.concat(blocks).toString(), text === '' || text.endsWith('\n') ? text : `${text}\n`)
    }),
  )
})

test('bytes that are not UTF-8 become U+FFFD', async () => {
  const [block] = await blocksOf([Buffer.from([0x61, 0xff, 0x62, 0x0a])])
  assert.equal(block?.toString(), 'a\ufffdb\n')
})

function cutUp(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const chunks: Buffer[] = []
  let at = 0
  for (const cut of cuts) {
    chunks.push(bytes.subarray(at, at + cut))
    at += cut
  }
  return [...chunks, bytes.subarray(at)].filter((chunk) => chunk.length > 0)
}

async function blocksOf(chunks: readonly Buffer[]): Promise<Buffer[]> {
  const blocks: Buffer[] = []
  for await (const { block } of readBlocks(Readable.from(chunks))) blocks.push(block)
  return blocks
}
