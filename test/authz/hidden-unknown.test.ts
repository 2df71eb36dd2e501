import { describe, expect, it } from 'vitest';
import type { Effect } from '../../src/core/index.ts';
import { call, fee, foreign, judgeOnce, OPEN, policyOf, ROUTER, unknown } from './fixture.ts';

/** A contract on the list by its address alone: what is understood there is allowed, and nothing else. */
const listed = policyOf({ ...OPEN, allowedContracts: [{ address: ROUTER.slice('eip155:1:'.length) }] });
const codes = async (...effects: readonly Effect[]): Promise<readonly string[]> =>
  (await judgeOnce({ policy: listed, request: foreign(), effects: [fee(), ...effects] })).reasons.map(({ code }) => code);

describe('an effect that cannot be decoded', () => {
  it('is denied though a call that is understood stands at the same place', async () => {
    expect(await codes(call())).not.toContain('effect_unknown');
    expect(await codes(call(), unknown())).toContain('effect_unknown');
    expect(await codes(unknown(), call())).toContain('effect_unknown');
  });
});
