import { writeLine } from '@keap-postgres/protocol'
import { openServer } from '../db/open-server.js'
import { scopeOf } from '../load/load.js'
import { differenceOf } from '../snapshots/diff.js'
import { runDiff } from '../snapshots/diff-command.js'
import { diffAsJson, diffAsText } from '../snapshots/format-diff.js'
import type { Asked, Context } from './context.js'

export async function compareContents(
  { operands, format, limit }: Asked<'diff'>,
  { world, config, log }: Context,
): Promise<void> {
  const open = () => openServer(config, { ...world, log })
  const found = await runDiff(operands, { scope: scopeOf(config), limit, open })
  await writeLine(world.stdout, format === 'json' ? diffAsJson(found) : diffAsText(found))
  const failure = differenceOf(found)
  if (failure) throw failure
}
