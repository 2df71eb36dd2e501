import { expect } from 'vitest';
import type { ExecutionResult, SecurityManager, Wallet } from '../../src/index.ts';
import type { Anvil } from '../../src/testing/anvil.ts';
import { BOB, type Given, openBench } from '../e2e/bench.ts';
import type { Effect } from './effect.ts';

/** May pay, as fast as it likes; what it may spend is for the deployment to say. */
export const PLAIN = { capabilities: { transfers: { enabled: true } }, rateLimiting: { cooldownSeconds: 0, maxPerHour: 10_000 } };
/** One payment of a thousandth. */
export const pay = (over: object = {}) => ({ id: `p${Math.random()}`.slice(0, 20), to: BOB, amount: '0.001', asset: 'ETH', ...over });
/** Reason codes of one request, its status first, in a manager with this configuration. */
export async function asked(
  anvil: Anvil,
  given: Given,
  request: object = {},
  before?: (security: SecurityManager, wallet: Wallet) => Promise<unknown>,
): Promise<readonly string[]> {
  await using bench = await openBench(anvil, given);
  await before?.(bench.security, bench.wallet);
  const { status, reasons }: ExecutionResult = await bench.security.agent('a1').execute(pay(request));
  return [status, ...reasons.map(({ code }) => code)];
}
/** A payment before the one that is looked at. */
export const first = async (security: SecurityManager): Promise<void> => void (await security.agent('a1').execute(pay()));
/** The field's effect is that one configuration leads to the code and the other does not. */
export const differs =
  (code: string, off: Given, on: Given, request: object = {}, before?: typeof first): Effect =>
  async ({ anvil }) => {
    expect(await asked(anvil, off, request, before)).not.toContain(code);
    expect(await asked(anvil, on, request, before)).toContain(code);
  };
/** How long this took, ms. */
export const elapsed = async (work: () => Promise<unknown>): Promise<number> => {
  const began = performance.now();
  await work();
  return performance.now() - began;
};
/** Asks a person. */
export const SMALL = { narrow: { requireApproval: true } };
