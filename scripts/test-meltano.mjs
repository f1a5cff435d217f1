// The tests inside Meltano, which npm test leaves out where there is no Python or no PyPI: here that is a failure.
process.env.MELTANO = 'required'
process.argv.push('meltano.test')
await import('./test.mjs')
