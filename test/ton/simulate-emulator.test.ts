import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEmulator, type Emulator } from '../../src/adapters/ton/simulation/emulator.ts';
import { simulate } from '../../src/adapters/ton/simulation/simulate.ts';
import type { AssetId } from '../../src/core/ids.ts';
import { jettonMinter } from '../fixtures/ton-contracts.ts';
import { CHAIN, idOf, openScene, type SimulationScene, TON } from './simulation-scene.ts';

type Answer = { transactions: Record<string, Record<string, never>>; is_incomplete: boolean };
let scene: SimulationScene;
let server: Server;
let asset: AssetId;
let emulator: Emulator;
/** What becomes of the honest answer; null: nothing is answered. */
let change: (answer: Answer) => unknown = (answer) => answer;

beforeAll(async () => {
  scene = await openScene();
  asset = await scene.mint(await jettonMinter({ admin: scene.admin }), 1_000n);
  const target = new URL('/api/emulate/v1/emulateTrace', scene.chain.url).href;
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', async () => {
      const honest = await fetch(target, { method: 'POST', body: Buffer.concat(chunks) });
      const answer = change((await honest.json()) as Answer);
      if (answer !== null) response.writeHead(honest.status).end(JSON.stringify(answer));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/emulate/v1/`;
  emulator = createEmulator({ chain: CHAIN, url, timeoutMs: 4_000, clock: scene.clock });
});
afterAll(async () => {
  emulator?.close();
  server?.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await scene?.[Symbol.asyncDispose]();
});

async function opinion(of: AssetId, how: typeof change = (answer) => answer) {
  change = how;
  const tx = await scene.build({ kind: 'transfer', asset: of, amount: of === TON ? 1_000_000_000n : 7n, to: idOf(scene.admin) });
  const report = await simulate({ client: scene.client, clock: scene.clock, tx, decoded: scene.decode(tx), watch: [], emulator });
  expect(report).toMatchObject({ success: true });
  return report.opinions;
}
const each = (answer: Answer, edit: (transaction: Record<string, never>) => object): Answer => ({
  ...answer,
  transactions: Object.fromEntries(Object.entries(answer.transactions).map(([hash, own]) => [hash, { ...own, ...edit(own) }])) as never,
});
const ending = (own: Record<string, never>, over: object): object => ({
  account_state_after: { ...(own['account_state_after'] as unknown as object), ...over },
});
const isWallet = (own: Record<string, never>): boolean => String(own['account']).toLowerCase() === scene.wallet.slice(CHAIN.length + 1);

describe('a second run of the same order', () => {
  it.each([
    ['coins', () => TON],
    ['tokens', () => asset],
  ] as const)('agrees about %s', async (_name, of) => {
    expect(await opinion(of())).toEqual([{ name: 'emulator', outcome: 'agrees', detail: '', required: true }]);
  });

  it.each<[string, typeof change, string, string]>([
    [
      'an account that is not there',
      (answer) => ({ ...answer, transactions: Object.fromEntries(Object.entries(answer.transactions).slice(0, -1)) }),
      'disputed',
      'another outcome',
    ],
    ['a transaction that is aborted', (answer) => each(answer, () => ({ description: { aborted: true } })), 'disputed', 'another outcome'],
    [
      'a wallet with other data',
      (answer) => each(answer, (own) => (isWallet(own) ? ending(own, { data_hash: Buffer.alloc(32).toString('base64') }) : {})),
      'disputed',
      'other data',
    ],
    [
      'a wallet with less',
      (answer) => each(answer, (own) => (isWallet(own) ? ending(own, { balance: '5' }) : {})),
      'disputed',
      'coins differ',
    ],
    [
      'tokens that end otherwise',
      (answer) => each(answer, (own) => (isWallet(own) ? {} : ending(own, { data_hash: Buffer.alloc(32).toString('base64') }))),
      'disputed',
      'tokens at',
    ],
    ['a trace without its end', (answer) => ({ ...answer, is_incomplete: true }), 'missing', 'CHAIN_RESPONSE_INVALID'],
    ['nonsense', () => [], 'missing', 'CHAIN_RESPONSE_INVALID'],
    ['nothing', () => null, 'missing', 'TIMEOUT'],
  ])('that shows %s', async (_name, how, outcome, detail) => {
    expect(await opinion(asset, how)).toEqual([{ name: 'emulator', outcome, detail: expect.stringContaining(detail), required: true }]);
  });

  it('leaves the chain as it is', async () => {
    const before = await scene.slot();
    await opinion(TON);
    expect(await scene.slot()).toBe(before);
  });
});
