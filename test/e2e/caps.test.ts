import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sqliteStore } from '../../src/adapters/store/sqlite/index.ts';
import { createSecurityManager, type LimitsReport } from '../../src/index.ts';
import { type Anvil, startAnvil } from '../../src/testing/anvil.ts';
import { BOB, balanceOf, CAROL, CHAIN, configOf, ETH, FREE, fund, openBench } from './bench.ts';

let anvil: Anvil;
beforeAll(async () => {
  anvil = await startAnvil();
});
afterAll(async () => {
  await anvil.stop();
});

const HOUSE = { capId: 'house', scope: 'fleet', window: 'day', max: '0.5' } as const;
const capped = (caps: readonly object[]) => ({ ...FREE, limits: { ...FREE.limits, caps } });
const pay = (id: string, amount: string, to = BOB) => ({ id, to, amount, asset: 'ETH' });
const capOf = ({ caps }: LimitsReport, capId: string, window: string) => caps.find((cap) => cap.capId === capId && cap.window === window);

/** Without what else could say no. */
const ALONE = { risk: { enabled: false }, allowUnenforced: true };
/** What a wallet has lost, base units. */
const lost = async (address: string): Promise<bigint> => 20n * ETH - (await balanceOf(anvil, address));

describe('caps at the gate', () => {
  it('are one for all agents that name them, booked at what the chain charged, shown, and warned of once', async () => {
    const mine = { capId: 'to', scope: 'recipient', asset: 'ETH', window: 'total', max: '0.2' };
    await using bench = await openBench(anvil, {
      ...ALONE,
      agents: { a1: capped([HOUSE]), a2: capped([{ ...HOUSE, max: '0.9' }, mine]) },
    } as never);
    const { security } = bench;
    const warned: unknown[] = [];
    security.onEvent((event) => void (event.type === 'cap_warning' && warned.push(event.details)));
    const second = await security.custody.createWallet('owner', 'a2');
    await fund(anvil, second.address);
    const end = async (agent: string, request: ReturnType<typeof pay>) => {
      const { status, decision } = await security.agent(agent).execute(request);
      return status === 'success' ? status : decision.reasons.map(({ code, rule }) => `${code} ${rule}`)[0];
    };
    expect(await end('a1', pay('r1', '0.3'))).toBe('success');
    expect(await end('a2', pay('r2', '0.15'))).toBe('success');
    expect(await end('a1', pay('r3', '0.1'))).toBe('window_limit house.day');
    expect(await end('a2', pay('r4', '0.1'))).toBe('spend_exceeds_cap to.total');
    expect(warned).toEqual([]);
    expect(await end('a2', pay('r5', '0.19', CAROL))).toBe('success');
    expect(warned).toMatchObject([
      { capId: 'to', subject: `${CHAIN}:${CAROL.toLowerCase()}`, used: String((19n * ETH) / 100n), warningThresholdPct: 80 },
    ]);
    const [first, other] = [await security.limits.inspect('a1'), await security.limits.inspect('a2')];
    const spent = (await lost(bench.wallet.address)) + (await lost(second.address));
    expect(capOf(first, 'house', 'day')).toMatchObject({
      committed: String(spent),
      pending: '0',
      remaining: String(ETH / 2n - spent > 0n ? ETH / 2n - spent : 0n),
    });
    expect(capOf(other, 'house', 'day')).toMatchObject({ committed: String(spent), limit: String((9n * ETH) / 10n), scope: 'fleet' });
    const paid = other.caps
      .filter(({ capId }) => capId === 'to')
      .map(({ subject, committed, remaining }) => [subject, committed, remaining]);
    expect(paid.toSorted()).toEqual(
      [
        [`${CHAIN}:${BOB.toLowerCase()}`, String((15n * ETH) / 100n), String((5n * ETH) / 100n)],
        [`${CHAIN}:${CAROL.toLowerCase()}`, String((19n * ETH) / 100n), String(ETH / 100n)],
      ].toSorted(),
    );
    expect(other.rates.find(({ rule }) => rule === 'maxPerHour')).toMatchObject({
      used: 2,
      limit: 10_000,
      remaining: 9_998,
      resetsAt: null,
    });
    expect(await security.agent('a2').limits()).toMatchObject({ agentId: 'a2', caps: other.caps });
    await expect(security.limits.inspect('nobody')).rejects.toMatchObject({ code: 'AGENT_UNKNOWN' });
  });

  it('show what is held while nothing is sent, and when it lapses', async () => {
    await using bench = await openBench(anvil, { ...ALONE, agents: { a1: capped([HOUSE]) } } as never);
    const { approved } = await bench.security.agent('a1').authorize(pay('r1', '0.2'));
    const report = await bench.security.limits.inspect('a1');
    const cap = capOf(report, 'house', 'day');
    expect(approved).toBe(true);
    expect(cap?.committed).toBe('0');
    expect(BigInt(cap?.pending ?? '0')).toBeGreaterThan(ETH / 5n);
    expect(BigInt(cap?.pending ?? '0') + BigInt(cap?.remaining ?? '0')).toBe(ETH / 2n);
    expect((cap?.resetsAt ?? 0) - report.atMs).toBeGreaterThan(50_000);
  });

  it('hold for two managers on one file, and are warned of once between them', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'castellan-caps-'));
    const given = {
      ...ALONE,
      keys: { encryptionKey: '53'.repeat(32) },
      store: sqliteStore({ path: join(folder, 's.sqlite') }),
      agents: { a1: capped([{ ...HOUSE, max: '1', warningThresholdPct: 60 }]) },
    } as never;
    const bench = await openBench(anvil, given);
    const second = createSecurityManager(configOf(anvil, given));
    await second.ready();
    const warned: string[] = [];
    for (const manager of [bench.security, second]) manager.onEvent(({ type, id }) => void (type === 'cap_warning' && warned.push(id)));
    const results = await Promise.all(
      Array.from({ length: 8 }, (_, n) => (n % 2 === 0 ? bench.security : second).agent('a1').execute(pay(`r${n}`, '0.3'))),
    );
    expect(results.filter(({ status }) => status === 'success')).toHaveLength(3);
    expect(await lost(bench.wallet.address)).toBeLessThanOrEqual(ETH);
    expect(new Set(warned).size).toBe(1);
    await Promise.all([bench.security.shutdown(500), second.shutdown(500)]);
    rmSync(folder, { recursive: true });
  });
});
