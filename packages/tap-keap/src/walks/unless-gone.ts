import { NotAvailableError, RequestError } from '../keap/errors.js'
import type { Stream } from '../stream.js'
import type { Step } from './list.js'

/**
 * One of many lists may be gone: a parent deleted since it was listed, a part of Keap that this account hasn't; or Keap is known
 * to fail for some. The others are read all the same; a list that stands alone fails.
 */
export async function* unlessGone(
  steps: AsyncGenerator<Step>,
  stream: Stream,
  whenGone: (error: RequestError) => void,
): AsyncGenerator<Step> {
  try {
    yield* steps
  } catch (error) {
    const isOneOfMany = stream.parent !== undefined || stream.each !== undefined
    const isGone = error instanceof NotAvailableError && error.status !== 401
    if (!isOneOfMany || !(isGone || (stream.failsForSome && error instanceof RequestError))) throw error
    whenGone(error)
  }
}
