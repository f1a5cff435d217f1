import { createHash } from 'node:crypto'
import { qualified, type TableName } from '../dialect/identifiers.js'

/**
 * What a set of rows holds, as one number: the sum of their hashes' first 128 bits, modulo 2^128. A sum doesn't depend on
 * the rows' order, and counts each of two equal rows. It finds what happens by accident or by hand; who chooses rows for the
 * purpose could forge one.
 */
export type Checksum = bigint

const BITS = 128

/** @param high the sum of the hashes' first 64 bits as signed numbers; `low` of their next 64 */
export function checksumOf(high: string, low: string): Checksum {
  return BigInt.asUintN(BITS, (BigInt(high) << 64n) + BigInt(low))
}

export function addChecksums(a: Checksum, b: Checksum): Checksum {
  return BigInt.asUintN(BITS, a + b)
}

export function showChecksum(checksum: Checksum): string {
  return checksum.toString(16).padStart(BITS / 4, '0')
}

export function readChecksum(text: string): Checksum {
  return BigInt(`0x${text}`)
}

/** One checksum for several tables: the same in two databases when each table is. Names in `home` go without it. */
export function checksumOfTables(
  tables: readonly { table: TableName; rows: number; checksum: Checksum }[],
  home: string,
): string {
  const lines = tables.map(({ table, rows, checksum }) => {
    const name = table.schema === home ? table.table : qualified(table)
    return `${JSON.stringify(name)} ${rows} ${showChecksum(checksum)}\n`
  })
  return createHash('sha256')
    .update(lines.sort().join(''))
    .digest('hex')
    .slice(0, BITS / 4)
}
