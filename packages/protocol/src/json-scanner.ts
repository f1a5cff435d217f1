import { JsonSyntaxError } from './json-syntax-error.js'

/** What a value's bytes hold beside plain text: bits of `JsonScanner.marks`. */
export const ESCAPED = 1
export const ODD = 2

const QUOTE = 0x22
export const OPEN_BRACE = 0x7b
export const CLOSE_BRACE = 0x7d
const OPEN_BRACKET = 0x5b
const CLOSE_BRACKET = 0x5d
const SPACE = 0x20
const COMMA = 0x2c
const MINUS = 0x2d
const POINT = 0x2e
const ZERO = 0x30
const NINE = 0x39
const COLON = 0x3a
const BACKSLASH = 0x5c

/** Deeper than this nobody nests on purpose, and Postgres would refuse it soon after. */
const MAX_DEPTH = 1000

/** Longer numbers are marked, for those whose numbers have an end. */
const MAX_PLAIN_DIGITS = 300

const isShortEscape = tableOf((byte) => '"\\/bfnrt'.includes(String.fromCharCode(byte)))
const isHex = tableOf((byte) => /[0-9a-fA-F]/.test(String.fromCharCode(byte)))

/**
 * Walks over JSON in UTF-8 bytes and checks it, without making values of it. Each method gets the offset where something
 * must stand and returns the offset behind it, or throws a {@link JsonSyntaxError} wherever `JSON.parse` would fail.
 */
export class JsonScanner {
  /**
   * What has been seen since it was last set to 0. `ESCAPED`: a backslash. `ODD`: an escape `\uXXXX`, a number with an
   * exponent or of very many digits, white space that isn't a blank. Text without a mark means what its bytes say.
   */
  marks = 0
  #bytes: Buffer = Buffer.of(0)
  #start = 0
  #end = 0

  /** Turns to the text from `start` to `end`. A control character must follow it: there every loop stops by itself. */
  begin(bytes: Buffer, start: number, end: number): void {
    this.#bytes = bytes
    this.#start = start
    this.#end = end
  }

  value(at: number, depth = 0): number {
    switch (this.#bytes[at]) {
      case QUOTE:
        return this.string(at)
      case OPEN_BRACE:
        return this.#object(at, depth + 1)
      case OPEN_BRACKET:
        return this.#array(at, depth + 1)
      case 0x74:
        return this.#word(at, 'true')
      case 0x66:
        return this.#word(at, 'false')
      case 0x6e:
        return this.#word(at, 'null')
      default:
        return this.#number(at)
    }
  }

  string(at: number): number {
    const bytes = this.#bytes
    if (bytes[at] !== QUOTE) this.fail(at, 'a string')
    let next = at + 1
    for (;;) {
      let byte = bytes[next] as number
      while (byte !== QUOTE && byte !== BACKSLASH && byte >= SPACE) byte = bytes[++next] as number
      if (byte === QUOTE) return next + 1
      if (byte !== BACKSLASH) this.fail(next, 'a closing quote')
      next = this.#escape(next)
    }
  }

  /** Into the object at `at`: the offset of its first key, or of the `}`. */
  openObject(at: number): number {
    if (this.#bytes[at] !== OPEN_BRACE) this.fail(at, 'an object')
    return this.space(at + 1)
  }

  /** Into the array at `at`: the offset of its first item, or of the `]`. */
  openArray(at: number): number {
    if (this.#bytes[at] !== OPEN_BRACKET) this.fail(at, 'an array')
    return this.space(at + 1)
  }

  /** From behind a key to its value. */
  colon(at: number): number {
    const bytes = this.#bytes
    // Nearly all JSON comes without white space, and this is the way of every member.
    if (bytes[at] === COLON && (bytes[at + 1] as number) > SPACE) return at + 1
    const next = this.space(at)
    if (bytes[next] !== COLON) this.fail(next, '":"')
    return this.space(next + 1)
  }

  /** From behind a member or an item to the next one, or to `close`. */
  next(at: number, close: number): number {
    const bytes = this.#bytes
    if (bytes[at] === COMMA && (bytes[at + 1] as number) > SPACE && bytes[at + 1] !== close) return at + 1
    const next = this.space(at)
    const byte = bytes[next]
    if (byte === close) return next
    if (byte !== COMMA) this.fail(next, `"," or "${String.fromCharCode(close)}"`)
    const after = this.space(next + 1)
    if (bytes[after] === close) this.fail(after, close === CLOSE_BRACE ? 'a string' : 'a value')
    return after
  }

  /** Past white space. */
  space(at: number): number {
    let next = at
    for (;;) {
      const byte = this.#bytes[next]
      if (byte !== SPACE) {
        const isSpace = (byte === 0x09 || byte === 0x0a || byte === 0x0d) && next < this.#end
        if (!isSpace) return next
        this.marks |= ODD
      }
      next++
    }
  }

  /** Nothing but white space may follow a whole value. */
  finish(at: number): void {
    const next = this.space(at)
    if (next < this.#end) this.fail(next, 'the end')
  }

  fail(at: number, wanted: string): never {
    const text = this.#bytes.toString('utf8', this.#start, this.#end)
    throw new JsonSyntaxError(text, this.#bytes.toString('utf8', this.#start, at).length, wanted)
  }

  #object(at: number, depth: number): number {
    if (depth > MAX_DEPTH) this.fail(at, `nesting of at most ${MAX_DEPTH} levels`)
    let next = this.openObject(at)
    while (this.#bytes[next] !== CLOSE_BRACE) {
      next = this.next(this.value(this.colon(this.string(next)), depth), CLOSE_BRACE)
    }
    return next + 1
  }

  #array(at: number, depth: number): number {
    if (depth > MAX_DEPTH) this.fail(at, `nesting of at most ${MAX_DEPTH} levels`)
    let next = this.openArray(at)
    while (this.#bytes[next] !== CLOSE_BRACKET) next = this.next(this.value(next, depth), CLOSE_BRACKET)
    return next + 1
  }

  #word(at: number, word: string): number {
    for (let index = 1; index < word.length; index++) {
      if (this.#bytes[at + index] !== word.charCodeAt(index)) this.fail(at, 'a value')
    }
    return at + word.length
  }

  #number(at: number): number {
    const bytes = this.#bytes
    const first = bytes[at] === MINUS ? at + 1 : at
    let next = bytes[first] === ZERO ? first + 1 : this.#digits(first)
    if (next === first) this.fail(at, 'a value')
    if (bytes[next] === POINT && this.#digits(next + 1) > next + 1) next = this.#digits(next + 1)
    const byte = bytes[next]
    if (byte === 0x65 || byte === 0x45) {
      const sign = bytes[next + 1]
      const exponent = sign === MINUS || sign === 0x2b ? next + 2 : next + 1
      const end = this.#digits(exponent)
      if (end > exponent) next = end
      this.marks |= ODD
    }
    if (next - at > MAX_PLAIN_DIGITS) this.marks |= ODD
    return next
  }

  #digits(at: number): number {
    const bytes = this.#bytes
    let next = at
    while ((bytes[next] as number) >= ZERO && (bytes[next] as number) <= NINE) next++
    return next
  }

  #escape(at: number): number {
    const bytes = this.#bytes
    this.marks |= ESCAPED
    const letter = bytes[at + 1] as number
    if (isShortEscape[letter] === 1) return at + 2
    if (letter !== 0x75) this.fail(at, 'an escape')
    this.marks |= ODD
    for (let next = at + 2; next < at + 6; next++) {
      if (isHex[bytes[next] as number] !== 1) this.fail(at, 'an escape')
    }
    return at + 6
  }
}

function tableOf(accepts: (byte: number) => boolean): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, byte) => Number(accepts(byte)))
}
