/** Runs a TON dev chain until Ctrl-C: a toncenter v2 endpoint on the loopback, on the real machine. */
import { parseArgs } from 'node:util';
import { isCastellanError } from '../src/core/index.ts';
import { startTonDevChain } from '../src/testing/index.ts';

const HELP = `usage: npm run ton-devchain -- [options]

  --port <number>     port on the loopback, 8081 where left out; 0 for any free one
  --interval <ms>     a block every so often; without it each message runs at once
  --manual            blocks only by the method dev_mine
  --mainnet           global id -239 instead of the test network's -3
  --help              this text

docs/ton-devchain.md tells the methods and the controls.
`;

function fail(text: string): never {
  process.stderr.write(`${text}\n\n${HELP}`);
  process.exit(1);
}

function readOptions() {
  try {
    return parseArgs({
      options: {
        port: { type: 'string', default: '8081' },
        interval: { type: 'string' },
        manual: { type: 'boolean', default: false },
        mainnet: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    return fail((error as Error).message);
  }
}

const { port, interval, manual, mainnet, help } = readOptions();
if (help) {
  process.stdout.write(HELP);
  process.exit(0);
}
if (manual && interval !== undefined) fail('--manual and --interval exclude each other');
const chain = await startTonDevChain({
  port: /^\d+$/.test(port) ? Number(port) : Number.NaN,
  globalId: mainnet ? -239 : -3,
  ...(interval === undefined ? {} : { mining: { intervalMs: Number(interval) } }),
  ...(manual ? { mining: 'manual' } : {}),
}).catch((error: unknown) => fail(isCastellanError(error) ? error.shortMessage : String(error)));

process.stdout.write(`TON dev chain ${chain.chain}
endpoint  ${chain.url}

  const client = new TonClient({ endpoint: '${chain.url}' });

Coins for an account:

  curl ${chain.url} -d '{"method":"dev_fund","params":{"address":"0Q…","nanoton":"10000000000"}}'

Ctrl-C ends it, and all of its state with it.
`);

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    void chain.close().then(() => process.exit(0));
  });
}
