/** Ext4 takes names of 255 bytes; what stands before and behind this one needs some. */
const MAX_BYTES = 150
const MAX_EXTENSION_BYTES = 20

/**
 * A file name that any file system takes and that can't leave its folder, as close to Keap's as that allows: separators,
 * control characters and what Windows refuses become `_`; a long name loses its middle, not its extension.
 */
export function safeName(name: string): string {
  const clean = name
    .toWellFormed()
    .normalize('NFC')
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\\/:*?"<>|]/gu, '_')
    .replace(/^[\s.]+|[\s.]+$/g, '')
  if (clean === '') return 'file'
  const dot = clean.lastIndexOf('.')
  const extension = dot > 0 && Buffer.byteLength(clean.slice(dot)) <= MAX_EXTENSION_BYTES ? clean.slice(dot) : ''
  const stem = clean.slice(0, clean.length - extension.length)
  return head(stem, MAX_BYTES - Buffer.byteLength(extension)) + extension
}

/** As many whole characters, as a reader sees them, as fit into `maxBytes`. */
function head(text: string, maxBytes: number): string {
  if (Buffer.byteLength(text) <= maxBytes) return text
  let result = ''
  let bytes = 0
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    bytes += Buffer.byteLength(segment)
    if (bytes > maxBytes) break
    result += segment
  }
  return result
}
