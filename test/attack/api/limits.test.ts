import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/adapters/host/index.ts';
import { sqliteStore } from '../../../src/adapters/store/sqlite/index.ts';
import { createSecurityManager } from '../../../src/index.ts';
import { type Anvil, startAnvil } from '../../../src/testing/anvil.ts';
import { type Bench, balanceOf, configOf, ETH, FREE, fund, hookedStore, openBench, sentBy } from '../../e2e/bench.ts';
import { endOf, LIMITS_ALONE, movableClock, nothingSent, openBook, pay } from './bench.ts';

let anvil: Anvil;
beforeAll(async () => {
  anvil = await startAnvil();
});
afterAll(async () => {
  await anvil.stop();
});

const RICH = 5_000n;
const daily = (limit: string) => ({
  ...FREE,
  limits: { unit: 'ETH', perTransaction: limit, daily: limit, weekly: '100000', monthly: '100000' },
});
const rich = async (given: object): Promise<Bench> => {
  const bench = await openBench(anvil, { ...LIMITS_ALONE, ...given } as never);
  await fund(anvil, bench.wallet.address, RICH);
  return bench;
};
const execute = ({ security }: Bench, id: string, over: object) => security.agent('a1').execute(pay(id, over));
const tally = (ends: readonly string[]): Record<string, number> =>
  Object.fromEntries([...new Set(ends)].map((end) => [end, ends.filter((other) => other === end).length]));
/** What the wallet has lost, whole coins rounded up. */
const spent = async ({ wallet }: Pick<Bench, 'wallet'>): Promise<bigint> => RICH - (await balanceOf(anvil, wallet.address)) / ETH;

describe('a day’s limit', () => {
  it('of 1,000 is not passed by 10 × 499, one after the other', async () => {
    await using bench = await rich({ agents: { a1: daily('1000') } });
    const ends: string[] = [];
    for (let n = 0; n < 10; n += 1) ends.push(endOf(await execute(bench, `r${n}`, { amount: '499' })));
    expect(tally(ends)).toEqual({ success: 2, window_limit: 8 });
    expect(await spent(bench)).toBeLessThanOrEqual(1_000n);
  });

  it('of 1,000 is not passed by 10 × 499 at once', async () => {
    await using bench = await rich({ agents: { a1: daily('1000') } });
    const results = await Promise.all(Array.from({ length: 10 }, (_, n) => execute(bench, `r${n}`, { amount: '499' })));
    expect(results.filter(({ status }) => status === 'success')).toHaveLength(2);
    expect(await spent(bench)).toBeLessThanOrEqual(1_000n);
  });

  it('of 100 is not passed by 8 × 90 at once', async () => {
    await using bench = await rich({ agents: { a1: daily('100') } });
    const results = await Promise.all(Array.from({ length: 8 }, (_, n) => execute(bench, `r${n}`, { amount: '90' })));
    expect(results.filter(({ status }) => status === 'success')).toHaveLength(1);
    expect(await sentBy(anvil, bench.wallet)).toBe(1);
  });

  it('is not passed by spreading payments over two wallets', async () => {
    await using bench = await rich({ agents: { a1: daily('1.01') } });
    const second = await bench.security.custody.createWallet('owner', 'a1');
    await fund(anvil, second.address);
    const wallets = [bench.wallet, second, bench.wallet, second];
    const ends = await Promise.all(wallets.map(({ address }, n) => execute(bench, `r${n}`, { amount: '0.6', wallet: address })));
    expect(ends.filter(({ status }) => status === 'success')).toHaveLength(1);
    expect((await sentBy(anvil, bench.wallet)) + (await sentBy(anvil, second))).toBe(1);
  });

  it('is not passed by holding many permits that are used later', async () => {
    await using bench = await rich({ agents: { a1: daily('100') } });
    const held = await Promise.all(
      Array.from({ length: 8 }, (_, n) => bench.security.agent('a1').authorize(pay(`r${n}`, { amount: '30' }))),
    );
    expect(held.filter(({ approved }) => approved)).toHaveLength(3);
    const results = await Promise.all(held.map((_, n) => execute(bench, `r${n}`, { amount: '30' })));
    expect(results.filter(({ status }) => status === 'success')).toHaveLength(3);
  });

  it('gives nothing back for denials, dry runs and repetitions', async () => {
    await using bench = await rich({ agents: { a1: daily('100') } });
    expect(endOf(await execute(bench, 'r0', { amount: '90' }))).toBe('success');
    for (let n = 1; n < 4; n += 1) {
      expect(endOf(await execute(bench, 'r0', { amount: '90' }))).toBe('success');
      expect(endOf(await execute(bench, `big-${n}`, { amount: '5000' }))).toBe('per_transaction_limit');
      expect((await bench.security.agent('a1').dryRun(pay(`dry-${n}`, { amount: '30' }))).wouldProceed).toBe(false);
      expect(endOf(await execute(bench, `r${n}`, { amount: '30' }))).toBe('window_limit');
    }
    expect(await sentBy(anvil, bench.wallet)).toBe(1);
  });

  it('does not begin anew for an agent that is deleted and registered again', async () => {
    await using bench = await rich({ agents: { a1: daily('100') } });
    expect(endOf(await execute(bench, 'r0', { amount: '90' }))).toBe('success');
    await bench.security.policy.deleteAgent('a1');
    await bench.security.policy.createAgent('a1', daily('100'));
    expect(endOf(await execute(bench, 'r1', { amount: '90' }))).toBe('window_limit');
    expect(await sentBy(anvil, bench.wallet)).toBe(1);
  });

  it('does not begin anew with another policy, another template or another process', async () => {
    const given = { keys: { encryptionKey: '51'.repeat(32) } };
    const { factory } = hookedStore({}, { clock: systemClock() });
    const bench = await rich({ ...given, store: factory, agents: { a1: daily('100') } });
    expect(endOf(await execute(bench, 'r0', { amount: '90' }))).toBe('success');
    await bench.security.policy.updateAgent('a1', { limits: { weekly: '90000' } });
    expect(endOf(await execute(bench, 'r1', { amount: '30' }))).toBe('window_limit');
    await bench.security.shutdown(500);
    const next = createSecurityManager(
      configOf(anvil, { ...LIMITS_ALONE, ...given, store: factory, agents: { a1: daily('100.5') } } as never),
    );
    expect(endOf(await next.agent('a1').execute(pay('r2', { amount: '30' })))).toBe('window_limit');
    expect(await sentBy(anvil, bench.wallet)).toBe(1);
    await next.shutdown(500);
  });

  it('is one for two managers on one file', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'castellan-'));
    const given = {
      keys: { encryptionKey: '52'.repeat(32) },
      store: sqliteStore({ path: join(folder, 's.sqlite') }),
      agents: { a1: daily('100') },
    };
    const bench = await rich(given);
    const second = createSecurityManager(configOf(anvil, { ...LIMITS_ALONE, ...given } as never));
    await second.ready();
    const results = await Promise.all(
      Array.from({ length: 8 }, (_, n) => (n % 2 === 0 ? bench.security : second).agent('a1').execute(pay(`r${n}`, { amount: '90' }))),
    );
    expect(results.filter(({ status }) => status === 'success')).toHaveLength(1);
    expect(await sentBy(anvil, bench.wallet)).toBe(1);
    await Promise.all([bench.security.shutdown(500), second.shutdown(500)]);
    rmSync(folder, { recursive: true });
  });

  it('is not passed by fees: what a transaction may cost counts before it is sent', async () => {
    await using bench = await openBench(anvil, { agents: { a1: daily('0.01') } });
    await anvil.rpc('anvil_setNextBlockBaseFeePerGas', ['0x2d79883d2000']);
    const result = await execute(bench, 'r', { amount: '0.0000001' });
    await anvil.rpc('anvil_setNextBlockBaseFeePerGas', ['0x3b9aca00']);
    await anvil.rpc('evm_mine', []);
    expect(result.status).not.toBe('success');
    await nothingSent(anvil, bench);
    expect((await execute(bench, 's', { amount: '0.0000001' })).status).toBe('success');
  });
});

describe('a rate', () => {
  it('of ten an hour lets ten of fifty identical requests through, one after the other and at once', async () => {
    await using bench = await openBench(anvil, { agents: { a1: { ...FREE, rateLimiting: { cooldownSeconds: 0, maxPerHour: 10 } } } });
    const { id: _id, ...nameless } = pay('nameless');
    const ends: string[] = [];
    for (let n = 0; n < 5; n += 1) ends.push(endOf(await bench.security.agent('a1').execute(nameless)));
    const results = await Promise.all(Array.from({ length: 45 }, () => bench.security.agent('a1').execute(nameless)));
    ends.push(...results.map(endOf));
    expect(ends.filter((end) => end === 'success')).toHaveLength(10);
    expect(await sentBy(anvil, bench.wallet)).toBe(10);
  });

  it('counts requests of all wallets, and authorizing as much as executing', async () => {
    await using bench = await openBench(anvil, { agents: { a1: { ...FREE, rateLimiting: { cooldownSeconds: 0, maxPerHour: 4 } } } });
    const { security } = bench;
    const second = await security.custody.createWallet('owner', 'a1');
    await fund(anvil, second.address);
    const held: boolean[] = [];
    for (let n = 0; n < 8; n += 1) {
      const wallet = (n % 2 === 0 ? bench.wallet : second).address;
      held.push((await security.agent('a1').authorize(pay(`r${n}`, { wallet }))).approved);
    }
    expect(held.filter(Boolean)).toHaveLength(4);
    expect(endOf(await security.agent('a1').execute(pay('more', { wallet: second.address })))).toBe('rate_limited');
  });

  it('of one in a while is not doubled by two at once', async () => {
    await using bench = await openBench(anvil, { agents: { a1: { ...FREE, rateLimiting: { cooldownSeconds: 60, maxPerHour: 100 } } } });
    const results = await Promise.all(Array.from({ length: 6 }, (_, n) => execute(bench, `r${n}`, {})));
    expect(results.filter(({ status }) => status === 'success')).toHaveLength(1);
    expect(await sentBy(anvil, bench.wallet)).toBe(1);
  });
});

describe('a clock that jumps', () => {
  const slow = { ...daily('100'), rateLimiting: { cooldownSeconds: 3_600, maxPerHour: 100 } };

  it.each([
    ['a day ahead', 25 * 3_600_000],
    ['a year ahead', 366 * 86_400_000],
    ['a day back', -25 * 3_600_000],
    ['to before the epoch', -Date.now() - 1],
  ])('%s, on the host alone, opens neither window nor cooldown', async (_name, ms) => {
    const store = systemClock();
    const { clock, move } = movableClock();
    const bench = await openBook(anvil, { ...LIMITS_ALONE, agents: { a1: slow }, clock }, store);
    await fund(anvil, bench.wallet.address, RICH);
    expect(endOf(await execute(bench, 'r0', { amount: '90' }))).toBe('success');
    move(ms);
    const result = await execute(bench, 'r1', { amount: '90' }).catch((error: { code: string }) => error.code);
    expect(typeof result === 'string' ? result : result.status).not.toBe('success');
    expect(await sentBy(anvil, bench.wallet)).toBe(1);
    move(-ms);
    await bench.security.shutdown(500);
  });

  it('back by an hour, on host and store, frees nothing of what was spent', async () => {
    const { clock, move } = movableClock();
    const bench = await openBook(anvil, { ...LIMITS_ALONE, agents: { a1: daily('100') }, clock }, clock);
    await fund(anvil, bench.wallet.address, RICH);
    expect(endOf(await execute(bench, 'r0', { amount: '90' }))).toBe('success');
    move(-3_600_000);
    const result = await execute(bench, 'r1', { amount: '90' }).catch((error: { code: string }) => error.code);
    expect(typeof result === 'string' ? result : result.status).not.toBe('success');
    expect(await sentBy(anvil, bench.wallet)).toBe(1);
    await bench.security.shutdown(500);
  });
});
