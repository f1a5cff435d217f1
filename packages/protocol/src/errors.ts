/**
 * Errors that end a run, one class per decision of the catcher. Each carries the exit code it ends with:
 * 0 fine · 1 a bug · 2 configuration · 3 not now (the source refused, others are at work: run again later) · 4 data refused.
 *
 * The message is a paragraph for a person: what was seen, what was wanted, what to do.
 */
export class ExitError extends Error {
  readonly exitCode: number

  constructor(exitCode: number, message: string, options?: ErrorOptions) {
    super(message, options)
    this.name = new.target.name
    this.exitCode = exitCode
  }
}

/** What the user gave can't be run: a wrong key, a missing credential, a database that isn't there. Exit 2. */
export class ConfigError extends ExitError {
  constructor(message: string, options?: ErrorOptions) {
    super(2, message, options)
  }
}

/** The data can't be taken: a line that isn't JSON, a record without its key, a value that doesn't fit. Exit 4. */
export class DataError extends ExitError {
  constructor(message: string, options?: ErrorOptions) {
    super(4, message, options)
  }
}

/** What stands in the way will pass: another run on the same tables, an input that was cut off. Exit 3: run again later. */
export class RunAgainError extends ExitError {
  constructor(message: string, options?: ErrorOptions) {
    super(3, message, options)
  }
}

/** The exit code for anything thrown; what isn't an `ExitError` is a bug: 1. */
export function exitCodeOf(error: unknown): number {
  return error instanceof ExitError ? error.exitCode : 1
}
