import { ourTarget, plainCopy } from './contenders.mjs'
import { writeMessages } from './data.mjs'
import { median } from './measure.mjs'

const RECORDS = 300_000
const MIN_ROUNDS = 3
const MAX_ROUNDS = 7
/** No further round is begun after so long. */
const ENOUGH_MS = 60_000

/**
 * The figures that say whether target-postgres is as fast as COPY: wide records, one stream. Each round loads them by COPY,
 * by target-postgres, and by target-postgres again; of the rounds' ratios the median counts.
 */
export async function quick({ database, run, dir, log }) {
  const scenario = { name: 'wide', kind: 'wide', records: RECORDS }
  const { first: file } = await writeMessages(dir, scenario, ['first'])
  const ours = ourTarget(database, run)
  const copy = plainCopy(database, 'ceiling')
  await database.drop('ours', 'ours_meta', 'ceiling')
  await ours(file)
  const finished = await database.dump('ours', dir, 'first')

  const rounds = []
  let rewritten = 0
  const started = performance.now()
  while (rounds.length < MIN_ROUNDS || (rounds.length < MAX_ROUNDS && performance.now() - started < ENOUGH_MS)) {
    await database.cloneTables('ceiling', 'ours')
    await database.settle()
    const ceiling = await copy(finished)
    await database.drop('ours', 'ours_meta', 'ceiling')
    await database.settle()
    const first = await ours(file)
    const before = await database.rewritten('ours')
    await database.settle()
    const again = await ours(file)
    rewritten += (await database.rewritten('ours')) - before
    rounds.push({ ceiling, first, again })
    log(
      `round ${rounds.length}: COPY ${ceiling.seconds.toFixed(2)} s, first load ${first.seconds.toFixed(2)} s, ` +
        `nothing changed ${again.seconds.toFixed(2)} s`,
    )
  }
  const rounded = (value, digits = 2) => Number(value.toFixed(digits))
  const rate = (of) => Math.round(RECORDS / median(rounds.map((round) => of(round).seconds)))
  return {
    first_load_vs_copy: rounded(median(rounds.map(({ ceiling, first }) => ceiling.seconds / first.seconds))),
    noop_reload_vs_first_load: rounded(median(rounds.map(({ first, again }) => first.seconds / again.seconds))),
    noop_rows_rewritten: rewritten,
    peak_rss_mib: rounded(Math.max(...rounds.flatMap(({ first, again }) => [first.peakMib, again.peakMib])), 1),
    records: RECORDS,
    rounds: rounds.length,
    copy_rows_per_second: rate(({ ceiling }) => ceiling),
    first_load_rows_per_second: rate(({ first }) => first),
    noop_reload_rows_per_second: rate(({ again }) => again),
  }
}
