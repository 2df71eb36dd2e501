import { describe, expect, it } from 'vitest';
import { openBench, outcome, permit, SHOP, THIEF, usd } from './fixture.ts';

describe('an order for a signature', () => {
  it('passes the gate, is recorded as what it is, and comes back the same', async () => {
    await using bench = await openBench();
    const { security, wallet, sign } = bench;
    const order = permit(wallet, SHOP, usd(50), { nonce: '0' });
    const first = await sign(order, 'permit-1');
    expect([first.signature.length, first.requestId]).toEqual([65, 'permit-1']);
    const again = await sign(order, 'permit-1');
    expect(again).toEqual(first);
    const decision = await security.agent('a1').explain(first.decisionId);
    expect(decision?.signature).toMatchObject({ standard: 'eip2612', binds: true });
    expect([decision?.verdict, decision?.unenforced]).toEqual(['approved', []]);
    expect(decision?.facts['simulation']).toEqual({ coverageLevel: 'basic', caveats: ['signature', 'state_may_diverge'] });
    expect(await outcome(sign(permit(wallet, THIEF, usd(1)), 'permit-2'))).toBe('REQUEST_DENIED allowance_not_allowed');
  });
});
