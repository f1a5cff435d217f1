import process from 'node:process'
import yargs from 'yargs'
import { hideBin } from 'yargs/helpers'
import { type KeapHandle, type StartOptions, startKeap } from './start-keap.js'

const count = (what: string) =>
  ({ type: 'number', describe: `how many ${what} (default: in proportion to the contacts)` }) as const

class UsageError extends Error {
  override readonly name = 'UsageError'
}

const parse = (args: readonly string[]) =>
  yargs(args)
    .scriptName('keap-sandbox')
    .usage('$0 [options]\n\nA Keap on this machine, with a generated account. It runs until Ctrl-C.')
    .options({
      port: { type: 'number', default: 4010, describe: 'where to listen' },
      host: { type: 'string', default: '127.0.0.1', describe: 'which address to listen on' },
      contacts: { type: 'number', default: 5000, describe: 'how many contacts' },
      companies: count('companies'),
      orders: count('orders'),
      notes: count('notes'),
      tasks: count('tasks'),
      opportunities: count('opportunities'),
      seed: { type: 'number', default: 1, describe: 'the same seed gives the same account' },
      'enforce-limits': { type: 'boolean', default: false, describe: "answer 429 beyond Keap's documented limits" },
      pipelines: {
        type: 'boolean',
        default: true,
        describe: 'have the Pipelines API; --no-pipelines is an account without it',
      },
    })
    .strict()
    .fail((message, error) => {
      throw error ?? new UsageError(message)
    })
    .parseSync()

type Arguments = ReturnType<typeof parse>

const sizeNames = ['contacts', 'companies', 'orders', 'notes', 'tasks', 'opportunities'] as const

/** The options as `startKeap` takes them. Throws a UsageError for a number that can't be one. */
const optionsFrom = (args: Arguments): StartOptions => {
  const whole = (name: 'port' | 'seed' | (typeof sizeNames)[number], least: number, most: number): number => {
    const value = args[name]
    if (value === undefined || !Number.isInteger(value) || value < least || value > most) {
      throw new UsageError(`--${name} must be a whole number from ${least} to ${most}, not ${value}`)
    }
    return value
  }
  const given = sizeNames.filter((name) => args[name] !== undefined)
  return {
    port: whole('port', 0, 65_535),
    host: args.host,
    seed: whole('seed', 0, 0xffffffff),
    sizes: Object.fromEntries(given.map((name) => [name, whole(name, 1, 10_000_000)])),
    enforceLimits: args.enforceLimits,
    editions: { pipelines: args.pipelines },
  }
}

/** What to do with a running sandbox: the tap's config in both forms, and a call to try. */
const greeting = ({ url, account, credentials }: KeapHandle): string => {
  const base_url = `${url}/crm/rest`
  const byKey = { api_key: credentials.apiKey, base_url }
  const byOAuth = {
    client_id: credentials.clientId,
    client_secret: credentials.clientSecret,
    refresh_token: credentials.refreshToken,
    base_url,
    token_url: `${url}/token`,
    authorize_url: `${url}/app/oauth/authorize`,
  }
  return `A Keap with ${account.sizes.contacts} contacts and ${account.sizes.orders} orders answers at ${url} until Ctrl-C.

Config for tap-keap, with the API key:

${JSON.stringify(byKey, null, 2)}

or with OAuth (without its refresh_token, "tap-keap login" signs in):

${JSON.stringify(byOAuth, null, 2)}

Try it:

curl -H 'X-Keap-API-Key: ${credentials.apiKey}' '${base_url}/v2/contacts?page_size=2'
`
}

const explain = (error: unknown): string => {
  if (error instanceof UsageError) return `${error.message}\nSee keap-sandbox --help.`
  const { code, port, message } = error as NodeJS.ErrnoException & { port?: number }
  if (code === 'EADDRINUSE') {
    return `Port ${port} is taken, perhaps by another keap-sandbox. Stop that one, or choose another port: keap-sandbox --port ${Number(port) + 1} (--port 0 takes any free one).`
  }
  if (code === 'EACCES' || code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
    return `Can't listen there: ${message}. Choose another --host or --port.`
  throw error
}

try {
  const keap = await startKeap(optionsFrom(parse(hideBin(process.argv))))
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void keap.close())
  process.stdout.write(greeting(keap))
} catch (error) {
  process.stderr.write(`${explain(error)}\n`)
  process.exitCode = 2
}
