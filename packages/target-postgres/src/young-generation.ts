import { setFlagsFromString } from 'node:v8'

// Under load V8 lets its young generation grow to 48 MiB. At the size that it has in the beginning, all that is to be
// collected is collected as cheaply, the memory of what has been read is free again sooner, and the whole process takes
// 20 to 50 MiB less (docs/benchmarks.md). Only the growth can still be set in a process that runs.
setFlagsFromString('--semi-space-growth-factor=1')
