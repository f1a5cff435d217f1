import { spawn } from 'node:child_process'
import { platform } from 'node:os'
import type { Environment } from '@keap-postgres/protocol'

/** Opens an address in the user's browser, where the system has a way to. The address is on the screen anyway: failure is silent. */
export function openBrowser(url: string, env: Environment): void {
  const [command, ...args] = openerOf(platform(), env)
  if (command === undefined) return
  const opener = spawn(command, [...args, url], { stdio: 'ignore', detached: true, env: { ...env } })
  opener.on('error', () => {})
  opener.unref()
}

/** The command that opens an address; none on a Linux without a screen. */
export function openerOf(system: NodeJS.Platform, env: Environment): string[] {
  if (system === 'darwin') return ['open']
  // Unlike "start" it takes the address as it is: "&" means nothing to it.
  if (system === 'win32') return ['rundll32', 'url.dll,FileProtocolHandler']
  return env.DISPLAY || env.WAYLAND_DISPLAY ? ['xdg-open'] : []
}
