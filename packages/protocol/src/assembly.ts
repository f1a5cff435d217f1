import { readFileSync } from 'node:fs'

/** Memory of WebAssembly. Growing it makes a new `buffer`; the one before is then empty. */
export type Memory = { readonly buffer: ArrayBuffer; grow(pages: number): number }

type Api = {
  Memory: new (descriptor: { initial: number }) => Memory
  Module: new (bytes: Buffer) => object
  Instance: new (module: object, imports: { env: { memory: Memory } }) => { exports: unknown }
}

// TypeScript has the types of these with those of a browser only.
const { WebAssembly } = globalThis as unknown as { WebAssembly: Api }

export const PAGE_BYTES = 64 * 1024

export function newMemory(bytes: number): Memory {
  return new WebAssembly.Memory({ initial: Math.ceil(bytes / PAGE_BYTES) })
}

/**
 * Loads what was compiled from a folder `assembly/`.
 *
 * @returns what makes its functions, which work in a memory that they may share with others
 */
export function loadAssembly<Functions>(file: URL): (memory: Memory) => Functions {
  const module = new WebAssembly.Module(readFileSync(file))
  return (memory) => new WebAssembly.Instance(module, { env: { memory } }).exports as Functions
}
