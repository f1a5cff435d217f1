import {
  type ActivateVersionMessage,
  type BatchMessage,
  DataError,
  type JsonText,
  type Log,
  type MessageAt,
  type RecordLine,
  RunAgainError,
  type SchemaMessage,
} from '@keap-postgres/protocol'
import { InvalidRecordError, type Misfit } from '../dialect/invalid-record.js'
import { keyRow } from '../dialect/key-row.js'
import { addRecord, addReject, type Batch, holds, isEmpty, openBatch } from './batch.js'
import { findBatchFiles, readBatchFile } from './batch-files.js'
import type { Loader } from './loader.js'
import type { Slabs } from './slabs.js'
import type { StreamTable } from './stream-table.js'
import type { Announced, StreamTables } from './stream-tables.js'

/** When the open batch is due, whichever comes first. */
type BatchLimits = { maxRecords: number; maxBytes: number; waitSeconds: number }

type Options = {
  tables: StreamTables
  loader: Loader
  slabs: Slabs
  limits: BatchLimits
  /** Records that a table can't take are put aside instead of ending the load. */
  isQuarantining: boolean
  /** A STATE is kept until `end`: before, the rows that it vouches for are only gathered. */
  holdsStates: boolean
  /** Aborted: no more of a BATCH's files is read. */
  signal: AbortSignal
  log: Log
}

/** Takes messages into the open batch and hands it to the loader when it is due. */
export class Intake {
  readonly #options: Options
  #batch: Batch
  #timer: NodeJS.Timeout | undefined
  #flushing: Promise<void> = Promise.resolve()
  readonly #passedOver = new Set<string>()
  /** Records in the batches before the open one. */
  #submitted = 0
  #held: { state: JsonText; records: number } | undefined

  constructor(options: Options) {
    this.#options = options
    this.#batch = this.#openBatch()
  }

  /**
   * @returns a promise when the next message has to wait, which after most records it hasn't
   * @throws {DataError} when the message can't be taken, at once or by the promise; everything before it still can be flushed
   */
  take({ line, message }: MessageAt): Promise<void> | undefined {
    switch (message.type) {
      case 'RECORD':
        return this.#takeRecord(message, line)
      case 'SCHEMA':
        return this.#takeSchema(message, line)
      case 'ACTIVATE_VERSION':
        return this.#takeActivation(message)
      case 'BATCH':
        return this.#takeBatch(message, line)
      case 'UNKNOWN':
        return this.#passOver(message.name, line)
      case 'STATE':
        return this.#takeState(message.value)
    }
  }

  /** Hands the open batch over, once the loader has room. One flush at a time: a lane holds one transaction. */
  flush(): Promise<void> {
    this.#flushing = this.#flushing.then(() => this.#handOver())
    return this.#flushing
  }

  /** Why what was gathered must not replace anything: the last STATE doesn't vouch for all that was sent. */
  cutOff(): RunAgainError | undefined {
    const behind = this.#held === undefined ? 0 : this.#submitted + this.#batch.records - this.#held.records
    return behind > 0 ? cutOff(behind) : undefined
  }

  /** Ends an input that was read whole: what was gathered replaces what was there, with the last STATE, in one batch. */
  async end(): Promise<void> {
    this.#batch.replacements = this.#options.tables.replacements
    this.#batch.state = this.#held?.state
    await this.flush()
  }

  #takeState(state: JsonText): undefined {
    if (this.#options.holdsStates) {
      this.#held = { state, records: this.#submitted + this.#batch.records }
      return
    }
    this.#batch.state = state
    this.#startClock()
  }

  #takeRecord(message: RecordLine, line: number): Promise<void> | undefined {
    const target = this.#options.tables.find(message.stream)
    if (!target) throw withoutSchema(message, line)
    try {
      addRecord(this.#batch, target, message, line)
    } catch (error) {
      return this.#takeMisfit(error, target, message, line)
    }
    return this.#flushIfFull()
  }

  #flushIfFull(): Promise<void> | undefined {
    const { maxRecords, maxBytes } = this.#options.limits
    if (this.#batch.records >= maxRecords || this.#batch.bytes >= maxBytes) return this.flush()
    this.#startClock()
    return undefined
  }

  async #takeBatch(message: BatchMessage, line: number): Promise<void> {
    const { tables, signal } = this.#options
    const { stream, version } = message
    if (!tables.find(stream)) throw withoutSchema(message, line)
    for (const file of await findBatchFiles(message, line)) {
      try {
        for await (const records of readBatchFile(file, signal)) {
          for (const { line, record } of records) {
            const waiting = this.#takeRecord(
              { type: 'RECORD', stream, record, version, time_extracted: undefined },
              line,
            )
            if (waiting) await waiting
          }
        }
      } catch (error) {
        // What a batch of rows failed with isn't about this file.
        if (!(error instanceof DataError) || signal.aborted) throw error
        throw new DataError(`In ${file.path}, of the BATCH on line ${line}: ${error.message}`, { cause: error })
      }
    }
  }

  #passOver(type: string, line: number): undefined {
    if (this.#passedOver.has(type)) return
    this.#passedOver.add(type)
    const shown = type.length > 60 ? `${type.slice(0, 60)}…` : type
    this.#options.log.warn(`Line ${line}: messages of the type "${shown}" are not known here; they are left aside.`)
  }

  /** A record that its table can't take: the table becomes wider, or the record is put aside. @throws what it was given else */
  async #takeMisfit(error: unknown, target: StreamTable, message: RecordLine, line: number): Promise<void> {
    if (!(error instanceof InvalidRecordError)) throw error
    const { misfit } = error
    if (misfit.wider !== undefined && (await this.#widenFor(misfit, line))) return await this.#takeRecord(message, line)
    if (!this.#options.isQuarantining) throw error
    const { bytes, start, length } = message.record
    const key = keyRow(message, target.columns)
    const row = key && { bytes: key, start: 0, end: key.length }
    const text = bytes.toString('utf8', start, start + length)
    addReject(this.#batch, { target, misfit, text, version: message.version, row })
    await this.#flushIfFull()
  }

  async #takeSchema(message: SchemaMessage, line: number): Promise<void> {
    const announced = await atLine(line, this.#options.tables.announce(message))
    if (announced) await this.#change(announced)
  }

  async #change({ target, change }: Announced): Promise<void> {
    // Rows already buffered have the columns of the schema before.
    if (holds(this.#batch, target.stream)) await this.flush()
    if (change) this.#batch.tableChanges.push(change)
    this.#startClock()
  }

  /** Gives a value that only its column is too narrow for a wider one, and tells whether that was allowed. */
  async #widenFor({ stream, property, wider }: Misfit, line: number): Promise<boolean> {
    if (property === undefined || wider === undefined) return false
    const announced = await atLine(line, this.#options.tables.widen(stream, property, wider))
    if (announced) await this.#change(announced)
    return announced !== undefined
  }

  async #takeActivation({ stream, version }: ActivateVersionMessage): Promise<void> {
    const target = this.#options.tables.find(stream)
    if (!target) {
      this.#options.log.warn(`ACTIVATE_VERSION of ${stream}, which has sent no SCHEMA; it is left aside.`)
      return
    }
    const newer = this.#options.tables.activate(target, version)
    if (newer !== undefined) {
      this.#options.log.warn(
        `ACTIVATE_VERSION of ${stream} with ${version}, while ${newer} is active: stale, and refused.`,
      )
      return
    }
    this.#batch.activations.push({ target, version })
    await this.flush()
  }

  /** A slow tap's rows must not wait for its next line. */
  #startClock(): void {
    if (this.#timer !== undefined || isEmpty(this.#batch)) return
    // What a batch fails with is told by the loader.
    const due = () => this.flush().catch(() => {})
    this.#timer = setTimeout(due, this.#options.limits.waitSeconds * 1000).unref()
  }

  async #handOver(): Promise<void> {
    await this.#options.loader.room()
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (isEmpty(this.#batch)) return
    const batch = this.#batch
    this.#submitted += batch.records
    this.#batch = this.#openBatch()
    this.#options.loader.submit(batch)
  }

  #openBatch(): Batch {
    return openBatch(this.#options.slabs, this.#options.isQuarantining)
  }
}

function withoutSchema({ type, stream }: RecordLine | BatchMessage, line: number): DataError {
  return new DataError(
    `Line ${line}: a ${type} of ${stream} before any SCHEMA of that stream. ` +
      `The tap must write a stream's SCHEMA before its first ${type}.`,
  )
}

function cutOff(records: number): RunAgainError {
  return new RunAgainError(
    `The input ended ${records} records behind its last STATE: the program that wrote it was cut off. With load_method ` +
      '"overwrite" only a whole input replaces what is there, so the tables are as they were. Run the same command again.',
  )
}

/** Says at which line it was that a table couldn't take a stream. */
async function atLine<T>(line: number, announcing: Promise<T>): Promise<T> {
  return await announcing.catch((error) => {
    throw error instanceof DataError ? new DataError(`Line ${line}: ${error.message}`, { cause: error }) : error
  })
}
