export type { Changes } from './account/change-a-little.js'
export type { Mutate } from './account/mutate.js'
export type { Sizes } from './account/sizes.js'
export type { TrueRow } from './account/truth.js'
export { sandboxCredentials } from './auth.js'
export type { Editions } from './editions.js'
export { factsFor, type PathFacts, pathFacts } from './facts.js'
export type { Fault } from './faults.js'
export { type Json, jsonNumber, type Row } from './json.js'
export { keyLimits, type Limits, oauthLimits } from './limits.js'
export {
  type Ended,
  type PipelineOptions,
  type PipelineResult,
  runPipeline,
  runTapKeap,
  runTargetPostgres,
} from './pipeline.js'
export type { LoggedRequest, RequestLog } from './request-log.js'
export { type Account, type KeapHandle, type StartOptions, startKeap } from './start-keap.js'
