import { rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { copyAndMerge, multiRowInsert, ourTarget, plainCopy } from './contenders.mjs'
import { writeMessages } from './data.mjs'
import { median } from './measure.mjs'
import { installPeers, peerTarget } from './peers.mjs'

/** The last scenario takes as long as both others: one round has to do. */
const ROUNDS = { wide: 3, narrow: 3, 'wide, 300 streams': 1 }

const SCENARIOS = [
  { name: 'wide', kind: 'wide', records: 300_000, streams: 1 },
  { name: 'narrow', kind: 'narrow', records: 1_000_000, streams: 1 },
  { name: 'wide, 300 streams', kind: 'wide', records: 300_000, streams: 300 },
]

/** The peers take minutes: one round has to do. */
const PEER_RECORDS = 300_000

const SIZES = [100_000, 300_000, 1_000_000, 3_000_000]

const LARGE_RECORD_BYTES = 10 * 1024 * 1024

const ours = 'target-postgres'
const copy = 'COPY into the keyed table'
const merge = 'COPY and merge by hand'
const insert = 'multi-row INSERT'

/**
 * Everything: each scenario by each contender, interleaved, as many times as `ROUNDS` says; the peers; growing sizes; one large record.
 * Of the parts, which are the scenarios' names, `peers`, `growing` and `large record`, those that are wanted. A measurement is `{ scenario, load, contender, records, seconds, peakMib }`, once for each round.
 */
export async function full(context, isWanted) {
  const measurements = []
  const note = (measurement) => {
    measurements.push(measurement)
    const { scenario, load, contender, records, seconds, peakMib } = measurement
    const peak = peakMib === undefined ? '' : `, ${Math.round(peakMib)} MiB`
    context.log(
      `${scenario}, ${load}: ${contender} ${Math.round(records / seconds)} rows/s (${seconds.toFixed(2)} s${peak})`,
    )
  }
  for (const scenario of SCENARIOS) if (isWanted(scenario.name)) await runScenario(context, scenario, note)
  const peers = isWanted('peers') ? await runPeers(context, note) : undefined
  if (isWanted('growing')) for (const records of SIZES) await runSize(context, records, note)
  if (isWanted('large record')) await runLargeRecord(context, note)
  return { measurements: summary(measurements), peers, rounds: ROUNDS.wide }
}

async function runScenario({ database, run, dir }, { streams, ...scenario }, note) {
  const { name, kind, records } = scenario
  const files = await writeMessages(dir, { ...scenario, streams })
  const loadOurs = ourTarget(database, run)
  const finished = {}
  await database.drop('ours', 'ours_meta')
  for (const [load, file] of Object.entries(files)) {
    await loadOurs(file)
    finished[load] = await database.dump('ours', dir, load)
  }
  for (let round = 0; round < ROUNDS[name]; round++) {
    const measure = async (load, contender, act) => {
      await database.settle()
      note({ scenario: name, load, contender, records, ...(await act()) })
    }
    await database.cloneTables('ceiling', 'ours')
    await database.cloneTables('merged', 'ours')
    await database.cloneTables('inserted', 'ours')
    await database.drop('ours', 'ours_meta')
    const byMerge = copyAndMerge(database, 'merged')
    await measure('first load', copy, () => plainCopy(database, 'ceiling')(finished.first))
    await measure('first load', ours, () => loadOurs(files.first))
    await measure('first load', merge, () => byMerge(finished.first))
    if (streams === 1)
      await measure('first load', insert, () => multiRowInsert(database, 'inserted')(files.first, kind))
    await measure('nothing changed', ours, () => loadOurs(files.first))
    await measure('nothing changed', merge, () => byMerge(finished.first))
    await measure('1 % changed', ours, () => loadOurs(files['one percent']))
    await measure('1 % changed', merge, () => byMerge(finished['one percent']))
    await measure('all changed', ours, () => loadOurs(files.all))
    await measure('all changed', merge, () => byMerge(finished.all))
    await database.drop('ceiling', 'merged', 'inserted')
  }
  removeAll(files, finished)
}

/** The other Singer targets, and target-postgres beside them. */
async function runPeers({ database, run, dir, log }, note) {
  const { peers, missing, pythonVersion } = installPeers(log)
  for (const kind of peers.length > 0 ? ['wide', 'narrow'] : []) {
    const files = await writeMessages(dir, { name: `peers-${kind}`, kind, records: PEER_RECORDS }, ['first'])
    const contenders = [[ours, 'ours', ourTarget(database, run)]]
    for (const peer of peers) {
      for (const [variant, settings] of Object.entries(peer.variants)) {
        const schema = `peer_${contenders.length}`
        const load = peerTarget(peer, settings, { database, run, dir, schema })
        contenders.push([`${peer.package} ${peer.version}, ${variant}`, schema, load])
      }
    }
    for (const [contender, schema, load] of contenders) {
      const scenario = `${kind}, beside the peers`
      await database.drop(schema, 'ours_meta')
      await database.settle()
      const first = await load(files.first).catch((error) => {
        if (contender === ours) throw error
        missing.push(`${contender}: it fails on these records (${error.message.trim().split('\n').at(-1)})`)
      })
      if (first === undefined) continue
      note({ scenario, load: 'first load', contender, records: PEER_RECORDS, ...first })
      const rows = await database.count(schema)
      if (rows !== PEER_RECORDS) throw new Error(`${contender} has loaded ${rows} of ${PEER_RECORDS} rows`)
      await database.drop(schema)
    }
    removeAll(files)
  }
  return { missing, pythonVersion }
}

/** Whether time grows with the number of records, and memory doesn't. */
async function runSize({ database, run, dir }, records, note) {
  const files = await writeMessages(dir, { name: 'size', kind: 'narrow', records }, ['first'])
  await database.drop('ours', 'ours_meta')
  await database.settle()
  const result = await ourTarget(database, run)(files.first)
  note({ scenario: 'narrow, growing', load: 'first load', contender: ours, records, ...result })
  removeAll(files)
}

async function runLargeRecord({ database, run, dir }, note) {
  const file = path.join(dir, 'large.jsonl')
  const schema = {
    type: 'object',
    properties: { id: { type: 'integer' }, text: { type: 'string' }, raw: { type: 'object' } },
  }
  const text = 'x'.repeat(LARGE_RECORD_BYTES / 2)
  const lines = [
    { type: 'SCHEMA', stream: 'large', schema, key_properties: ['id'] },
    { type: 'RECORD', stream: 'large', record: { id: 1, text, raw: { text } } },
  ]
  writeFileSync(file, lines.map((line) => `${JSON.stringify(line)}\n`).join(''))
  await database.drop('ours', 'ours_meta')
  const result = await ourTarget(database, run)(file)
  note({ scenario: 'one record of 10 MiB', load: 'first load', contender: ours, records: 1, ...result })
  removeAll({ file })
}

/** One entry for each scenario, load, contender and size: the medians of its rounds, and of its ratios to target-postgres. */
function summary(measurements) {
  const groups = new Map()
  for (const one of measurements) groups.set(keyOf(one), [...(groups.get(keyOf(one)) ?? []), one])
  return [...groups.values()].map((rounds) => {
    const [{ scenario, load, contender, records }] = rounds
    const own = groups.get(keyOf({ scenario, load, contender: ours, records }))
    return {
      scenario,
      load,
      contender,
      records,
      rounds: rounds.length,
      seconds: median(rounds.map(({ seconds }) => seconds)),
      timesOurs: median(rounds.map(({ seconds }, round) => seconds / own[round].seconds)),
      peakMib: rounds[0].peakMib && Math.max(...rounds.map(({ peakMib }) => peakMib)),
    }
  })
}

function keyOf({ scenario, load, contender, records }) {
  return JSON.stringify([scenario, load, contender, records])
}

function removeAll(files, finished = {}) {
  const copies = Object.values(finished).flatMap((tables) => tables.map(({ file }) => file))
  for (const file of [...Object.values(files), ...copies]) rmSync(file, { force: true })
}
