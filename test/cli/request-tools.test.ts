import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Anvil, startAnvil } from '../../src/testing/anvil.ts';
import { fund } from '../e2e/bench.ts';
import { type Deployment, deployment } from './deployment.ts';

const BOB = '0x70997970C51812dc3A010C7d01b50e0d17dc79C8';
let anvil: Anvil;
let house: Deployment;
beforeAll(async () => {
  anvil = await startAnvil();
  house = deployment({ rpcUrl: anvil.rpcUrl });
  const limits = { unit: 'ETH', perTransaction: 1, daily: 5, weekly: 20, monthly: 50 };
  const security = house.open({
    a1: { template: 'aggressive', limits, rateLimiting: { maxPerHour: 1000, cooldownSeconds: 0 }, allowedDestinations: [BOB] },
  } as never);
  const { address } = await security.custody.createWallet('owner', 'a1');
  await fund(anvil, address);
  await security.shutdown();
  request('pay.json', { id: 'pay-1', amount: '0.1' });
  request('much.json', { id: 'much-1', amount: '3' });
});
afterAll(async () => {
  house?.remove();
  await anvil?.stop();
});
const request = (name: string, more: object): void =>
  writeFileSync(join(house.directory, name), JSON.stringify({ agentId: 'a1', to: BOB, asset: 'ETH', ...more }));
const json = async (...args: string[]) => {
  const { code, out, err } = await house.cli(...args, '--json');
  expect(err).toBe('');
  return { code, data: JSON.parse(out) };
};

describe('commands around one request, each in a process of its own', { timeout: 180_000 }, () => {
  it('check, simulate, dry-run and submit without --execute send nothing', async () => {
    expect(await json('check', 'pay.json')).toMatchObject({ code: 0, data: { wouldProceed: true, verdict: 'approved' } });
    const denied = await json('check', 'much.json');
    expect(denied).toMatchObject({ code: 1, data: { wouldProceed: false, verdict: 'denied' } });
    expect(denied.data.reasons.map(({ code }: { code: string }) => code)).toContain('per_transaction_limit');
    const simulated = await json('simulate', 'pay.json');
    expect([simulated.code, simulated.data.simulation.success]).toEqual([0, true]);
    expect(simulated.data.effects.some(({ kind }: { kind: string }) => kind === 'outflow')).toBe(true);
    const tried = await json('dry-run', 'pay.json');
    expect([tried.code, tried.data.decision.reports.length]).toEqual([0, 8]);
    expect(await json('submit', 'pay.json')).toMatchObject({ code: 0, data: { executed: false } });
    expect((await house.cli('receipt', 'pay-1')).code).toBe(1);
  });

  it('submit --execute pays once, and receipt, explain and limits tell of it', async () => {
    const paid = await json('submit', 'pay.json', '--execute');
    expect(paid).toMatchObject({ code: 0, data: { executed: true, status: 'success' } });
    const again = await json('submit', 'pay.json', '--execute');
    expect([again.code, again.data.txHash]).toEqual([0, paid.data.txHash]);
    expect(await json('submit', 'much.json', '--execute')).toMatchObject({ code: 1, data: { status: 'policy_rejected' } });
    const told = await json('receipt', 'pay-1');
    expect([told.code, told.data.receipt.txHash]).toEqual([0, paid.data.txHash]);
    expect((await json('receipt', 'much-1')).code).toBe(1);
    const explained = await json('explain', paid.data.decision.id);
    expect(explained).toMatchObject({ code: 0, data: { decision: { verdict: 'approved', requestId: 'pay-1' } } });
    expect((await house.cli('explain', 'nothing')).code).toBe(1);
    const limits = await json('limits', 'a1');
    const day = limits.data.caps.find(({ window }: { window: string }) => window === 'day');
    expect(BigInt(day.committed)).toBeGreaterThanOrEqual(10n ** 17n);
  });

  it('replay reproduces what the deployment decided, from its own log', async () => {
    const { code, data } = await json('replay', '--unchanged');
    expect(code).toBe(0);
    expect(data.judged).toBeGreaterThanOrEqual(2);
    expect([data.same, data.otherReasons, data.indeterminate]).toEqual([data.judged, [], []]);
  });
});
