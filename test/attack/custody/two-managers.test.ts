import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sqliteStore } from '../../../src/adapters/store/sqlite/index.ts';
import { type Custody, createSecurityManager, type SecurityConfig, type Wallet } from '../../../src/index.ts';
import { type Anvil, startAnvil } from '../../../src/testing/anvil.ts';
import { balanceOf, configOf, FREE, fund, sentBy, stranger } from '../../e2e/bench.ts';
import { failure } from '../../e2e/custody-bench.ts';
import { deploy } from '../../fixtures/evm-contracts.ts';
import { sendRaw } from '../../fixtures/send-raw.ts';
import { LIMITS_ALONE, movableClock } from '../api/bench.ts';

const UNIT = 10n ** 15n;
const KEYS = { encryptionKey: '3e'.repeat(32) };
const STRICT = { mode: 'software', platformManaged: false } as const;
let anvil: Anvil;
let folder: string;
let files = 0;
beforeAll(async () => {
  anvil = await startAnvil();
  folder = await mkdtemp(join(tmpdir(), 'castellan-custody-attack-'));
});
afterAll(async () => {
  await anvil?.stop();
  await rm(folder, { recursive: true, force: true });
});

/** Two processes' worth of managers on one SQLite file, with a wallet that signs only what its user approved. */
async function pair(given: Partial<SecurityConfig> = {}, one_: Partial<SecurityConfig> = {}) {
  files += 1;
  const store = sqliteStore({ path: join(folder, `${files}.db`) });
  const config = configOf(anvil, { store, keys: KEYS, agents: { a1: FREE }, custody: STRICT, ...given });
  const one = createSecurityManager({ ...config, ...one_ });
  const wallet = await one.custody.createWallet('owner', 'a1');
  const two = createSecurityManager(config);
  await two.ready();
  await fund(anvil, wallet.address);
  return { one, two, wallet, [Symbol.asyncDispose]: async () => void (await Promise.all([one.shutdown(500), two.shutdown(500)])) };
}
const prepare = (custody: Custody, { address }: Wallet, to = stranger()) => custody.prepareTransaction(address, { to, value: '0.001' });

describe('one approval in two processes', () => {
  it('signs one transaction once, however many sign at once', async () => {
    await using both = await pair();
    const { one, two, wallet } = both;
    for (let round = 0; round < 4; round += 1) {
      const to = stranger();
      const prepared = await prepare(one.custody, wallet, to);
      const approval = await two.custody.requestApproval(wallet.address, prepared);
      const signed = await Promise.all(
        [one, two, one, two].map(({ custody }) => custody.signTransaction(wallet.address, prepared, approval)),
      );
      expect(new Set(signed.map(({ hash }) => hash)).size).toBe(1);
      await sendRaw(anvil, signed[0]?.raw as Uint8Array);
      expect(await balanceOf(anvil, to)).toBe(UNIT);
      const again = await two.custody.signTransaction(wallet.address, prepared, approval);
      expect(again.hash, 'after it is in a block, the same bytes').toBe(signed[0]?.hash);
    }
    expect(await sentBy(anvil, wallet)).toBe(4);
  });

  it('is no approval for the agent’s own execution of the same request, nor for another one', async () => {
    await using both = await pair();
    const { one, two, wallet } = both;
    const prepared = await prepare(one.custody, wallet);
    const approval = await one.custody.requestApproval(wallet.address, prepared);
    const { tx, id } = prepared;
    const request = { id, wallet: wallet.account, chain: prepared.chain, to: tx.to, amount: tx.value, asset: 'ETH' };
    for (const { agent } of [one, two])
      for (const body of [request, { ...request, id: 'mine' }])
        expect((await agent('a1').execute(body as never)).status).toBe('policy_rejected');
    const next = await prepare(two.custody, wallet);
    expect(await failure(two.custody.signTransaction(wallet.address, next, approval))).toMatchObject({
      reason: 'approval_of_another_transaction',
    });
    expect(await sentBy(anvil, wallet)).toBe(0);
  });

  it('ends with the last millisecond, by the later of the two clocks', async () => {
    const { clock, move } = movableClock();
    await using both = await pair({}, { clock });
    const { one, two, wallet } = both;
    const prepared = await prepare(two.custody, wallet);
    const approval = await two.custody.requestApproval(wallet.address, prepared);
    expect(approval.expiresAtMs).toBe(prepared.expiresAtMs);
    move(prepared.expiresAtMs - clock.nowMs());
    expect(await failure(one.custody.signTransaction(wallet.address, prepared, approval))).toMatchObject({ reason: 'prepared_expired' });
    expect((await two.custody.signTransaction(wallet.address, prepared, approval)).requestId).toBe(prepared.id);
  });

  it('given before permissions were tightened elsewhere is worth nothing after', async () => {
    await using both = await pair();
    const { one, two, wallet } = both;
    const prepared = await prepare(one.custody, wallet);
    const approval = await one.custody.requestApproval(wallet.address, prepared);
    await two.policy.updateAgent('a1', { limits: { ...FREE.limits, perTransaction: '0.0001' } });
    const refused = await failure(one.custody.signTransaction(wallet.address, prepared, approval));
    expect(refused).toMatchObject({ code: 'REQUEST_DENIED', reason: 'per_transaction_limit' });
    expect(await sentBy(anvil, wallet)).toBe(0);
  });

  it('of an agent that was removed elsewhere signs nothing', async () => {
    await using both = await pair();
    const { one, two, wallet } = both;
    const prepared = await prepare(one.custody, wallet);
    const approval = await one.custody.requestApproval(wallet.address, prepared);
    await two.policy.deleteAgent('a1');
    expect(await failure(one.custody.signTransaction(wallet.address, prepared, approval))).toMatchObject({ reason: 'agent_unknown' });
    expect(await failure(one.custody.requestApproval(wallet.address, prepared))).toMatchObject({ code: 'AGENT_UNKNOWN' });
    expect(await failure(prepare(one.custody, wallet))).toMatchObject({ code: 'AGENT_UNKNOWN' });
  });
});

describe('what was read and what is signed', () => {
  it('are the same, even where another process takes the same words for another token', async () => {
    const [usd, fake] = [await deploy(anvil, 'PlainToken', ['USD', 6]), await deploy(anvil, 'PlainToken', ['USD', 6])];
    const listing = (address: string, decimals = 6) => configOf(anvil, { tokens: [{ symbol: 'USD', address, decimals }] }).chains ?? [];
    const limits = { ...FREE.limits, assets: { USD: { perTransaction: 1_000, daily: 10_000 } } };
    const agents = { a1: { ...FREE, limits } };
    for (const chains of [listing(fake.address), listing(usd.address, 2)]) {
      await using both = await pair({ agents, chains, ...LIMITS_ALONE }, { chains: listing(usd.address) });
      const { one, two, wallet } = both;
      for (const token of [usd, fake]) await token.send('mint', [wallet.address, 10_000_000_000n]);
      const prepared = await one.custody.prepareTransaction(wallet.address, { to: stranger(), value: '5', asset: 'USD' });
      const approval = await one.custody.requestApproval(wallet.address, prepared);
      expect(await failure(two.custody.signTransaction(wallet.address, prepared, approval))).toEqual({
        code: 'REQUEST_INVALID',
        reason: 'prepared_outdated',
      });
      expect([await sentBy(anvil, wallet), (await two.getHealth()).killSwitch]).toEqual([0, 'inactive']);
    }
  });
});
