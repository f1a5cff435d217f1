// Makes a folder hold just what another holds; what is there already stays untouched, for whoever is reading it.
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import path from 'node:path'

/** @returns the names of what was written or removed, relative to the folder */
export function mirror(from, to) {
  mkdirSync(to, { recursive: true })
  const wanted = filesBelow(from)
  const stale = wanted.filter((file) => !isSame(path.join(from, file), path.join(to, file)))
  const dead = filesBelow(to).filter((file) => !wanted.includes(file))
  for (const file of stale) cpSync(path.join(from, file), path.join(to, file))
  for (const file of dead) rmSync(path.join(to, file))
  return [...stale, ...dead]
}

function filesBelow(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
}

function isSame(file, copy) {
  return existsSync(copy) && readFileSync(file).equals(readFileSync(copy))
}
