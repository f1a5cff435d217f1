import { setFlagsFromString } from 'node:v8'

// Under load V8 lets its young generation grow to 48 MiB, and the old one to several times of what is alive in it. What this
// program makes is garbage after a record or after a batch; kept small, the whole process takes 20 to 50 MiB less, as fast
// (docs/benchmarks.md). Only their growth can still be set in a process that runs.
setFlagsFromString('--semi-space-growth-factor=1')
setFlagsFromString('--heap-growing-percent=50')
