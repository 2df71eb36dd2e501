import { describe, expect, it } from 'vitest';
import type { TemporalRuleInput } from '../../../src/authz/index.ts';
import type { Effect } from '../../../src/core/index.ts';
import { allow, BOB, call, fee, send, USDC, WETH } from '../../authz/fixture.ts';
import { counting, judged, toldBy } from '../../authz/temporal-scene.ts';

const HOUR = 3_600_000;
const CONTRACT = `eip155:1:${USDC.slice(USDC.indexOf(':', 10) + 1)}`;
const often: TemporalRuleInput = {
  predicate: { kind: 'contract_call_frequency', windowMs: HOUR, contractAddress: CONTRACT, threshold: 1 },
  consequence: 'reject',
};
const told = async (...effects: readonly Effect[]): Promise<number> =>
  toldBy(await judged({ rules: [often], effects: [fee(), ...effects], rows: counting({ [`calls:${CONTRACT}|calls/${HOUR}`]: 0 }) })).length;

describe('a rule over how often a contract is called', () => {
  it('counts payments and allowances of a token as calls of its contract, each by its place in the bytes', async () => {
    expect(await told(send(1n, BOB, USDC, '0.0'))).toBe(0);
    expect(await told(send(1n, BOB, USDC, '0.0'), send(1n, BOB, USDC, '0.1'))).toBe(1);
    expect(await told(send(1n, BOB, USDC, '0.0'), { ...allow(1n, BOB), leaf: '0.1' } as Effect)).toBe(1);
    expect(await told(send(1n, BOB, USDC, '0.0'), send(1n, BOB, WETH, '0.1'))).toBe(0);
  });

  it('counts what a shown call moves as that call’s', async () => {
    const swap = (leaf: string) => [call(undefined, undefined, 'swap', leaf), send(1n, BOB, USDC, leaf)];
    expect(await told(...swap('0.0'), ...swap('0.1'))).toBe(0);
  });
});
