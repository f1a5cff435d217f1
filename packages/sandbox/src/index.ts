export type { Changes } from './account/change-a-little.js'
export type { Mutate } from './account/mutate.js'
export type { Sizes } from './account/sizes.js'
export type { TrueRow } from './account/truth.js'
export type { Editions } from './editions.js'
export { factsFor, type PathFacts, pathFacts } from './facts.js'
export { type Json, jsonNumber, type Row } from './json.js'
export {
  type Ended,
  type PipelineOptions,
  type PipelineResult,
  type RunningProgram,
  runPipeline,
  runTapKeap,
  runTargetPostgres,
  startPipeline,
  startTapKeap,
} from './pipeline.js'
export { type Random, randomFrom } from './random.js'
export { sandboxCredentials } from './server/auth.js'
export type { Fault } from './server/faults.js'
export { keyLimits, type Limits, oauthLimits } from './server/limits.js'
export type { LoggedRequest, RequestLog } from './server/request-log.js'
export { type Account, type KeapHandle, type StartOptions, startKeap } from './start-keap.js'
