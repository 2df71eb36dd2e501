import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/adapters/host/index.ts';
import { readExposure } from '../../../src/manager/exposure/read-exposure.ts';
import { signedBytes } from '../../../src/manager/pipeline/signed-bytes.ts';
import { hookedStore } from '../../e2e/bench.ts';
import { AGENT, CHAIN, openBench, order, outcome, permit, SHOP, USD, usd } from './fixture.ts';

const HOUR = 3_600_000;
const KEYS = { encryptionKey: '9a'.repeat(32) };

describe('the report of what is exposed', () => {
  it('is of one agent, or of all', async () => {
    await using bench = await openBench({ agents: { a1: AGENT, a2: AGENT } });
    const { security, wallet, sign } = bench;
    const other = await security.custody.createWallet('owner', 'a2');
    await sign(permit(wallet, SHOP, usd(10)), 'mine');
    await security.agent('a2').signOrder({ chain: CHAIN, wallet: other.account, order: permit(other, SHOP, usd(5)), id: 'theirs' });
    const idsOf = async (agent?: string) => (await security.exposure(agent)).signatures.map(({ requestId }) => requestId).sort();
    expect([await idsOf('a1'), await idsOf('a2'), await idsOf()]).toEqual([['mine'], ['theirs'], ['mine', 'theirs']]);
    const { exposure } = await security.getHealth();
    expect(exposure).toEqual([{ asset: USD, pending: '0', signatures: usd(15).toString(), allowances: '0' }]);
  });

  it('leaves out what has ended, and names rights that no amount bounds', async () => {
    const real = systemClock();
    let aheadMs = 0;
    const clock = { ...real, nowMs: () => real.nowMs() + aheadMs, monotonicMs: () => real.monotonicMs() + aheadMs };
    const { factory } = hookedStore({}, { clock });
    const allowedHazards = ['never_expires'] as const;
    const given = { store: factory, keys: KEYS, clock, agents: { a1: { ...AGENT, allowedHazards } } };
    await using bench = await openBench(given);
    const { security, wallet, sign, script } = bench;
    const allowance = {
      leaf: '0',
      source: 'bytes',
      kind: 'allowance',
      owner: wallet.account,
      spender: `${CHAIN}:${SHOP}`,
      asset: USD,
    } as const;
    const ending = order({ effects: [{ ...allowance, amount: usd(10), expiresAtMs: Date.now() + HOUR } as never], nonce: '0' });
    await sign(ending, 'ending');
    const hazard = {
      leaf: '0',
      source: 'bytes',
      kind: 'hazard',
      account: wallet.account,
      hazard: 'never_expires',
      detail: 'no end',
    } as const;
    await sign(order({ effects: [{ ...allowance, amount: usd(1), expiresAtMs: null } as never, hazard], nonce: '1' }), 'endless');
    script.status = { 0: 'used' };
    await using next = await openBench(given, script);
    await next.security.start();
    const { allowances, signatures } = await security.exposure('a1');
    expect(allowances.map(({ requestId }) => requestId)).toEqual(['ending']);
    expect(signatures).toMatchObject([{ requestId: 'endless', powers: ['hazard'], expiresAtMs: null }]);
    aheadMs = 2 * HOUR;
    expect((await security.exposure('a1')).allowances).toEqual([]);
  });

  it('names what it cannot read, and leaves it out of the sums', async () => {
    const { store, factory } = hookedStore({}, { clock: systemClock() });
    await using bench = await openBench({ store: factory, keys: KEYS });
    await bench.sign(permit(bench.wallet, SHOP, usd(10)), 'one');
    const parts = { store, chains: {} as never, nowMs: Date.now, findDecision: async () => Promise.reject(new Error('the log is gone')) };
    expect(await readExposure(parts, 'a1')).toMatchObject({ assets: [], signatures: [], unread: [{ agent: 'a1', requestId: 'one' }] });
  });
});

describe('a row of a signature', () => {
  it('is never taken for a transaction’s', async () => {
    const row = { signature: { standard: 'eip2612' }, state: 'held' } as never;
    expect(await outcome(signedBytes({} as never, row))).toBe('PERMIT_REFUSED permit_payload_mismatch');
  });
});
