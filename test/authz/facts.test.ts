import { describe, expect, it } from 'vitest';
import { judgeKeys } from '../../src/authz/index.ts';
import type { ReasonCode } from '../../src/core/index.ts';
import { alikeEnds } from '../../src/risk/index.ts';
import { BASE, BOB, bench, ETH, input, judgeOnce, OPEN, policyOf, request, USDC } from './fixture.ts';

const codes = (judgement: { readonly reasons: readonly { readonly code: string }[] }): readonly string[] =>
  judgement.reasons.map(({ code }) => code);

describe('approvals answer what they name', () => {
  const satisfied = (...named: ReasonCode[]) => ({ satisfied: new Set(named) });

  it('an escalation that is named passes, another one stands', async () => {
    const policy = policyOf({ ...OPEN, requireApproval: true });
    expect((await judgeOnce({ policy, over: satisfied('approval_required') })).verdict).toBe('approved');
    expect((await judgeOnce({ policy, over: satisfied('risk_high') })).verdict).toBe('escalated');
    const both = policyOf({ ...OPEN, requireApproval: true, rules: [{ id: 'r', conditions: [], action: 'escalate' }] });
    const open = await judgeOnce({ policy: both, over: satisfied('approval_required') });
    expect([open.verdict, codes(open)]).toEqual(['escalated', ['policy_rule_escalated']]);
  });

  it('a denial never passes, whatever is named', async () => {
    const all = [
      'policy_rule_denied',
      'per_transaction_limit',
      'policy_no_match',
      'approval_required',
      'layer_threw',
      'skipped',
      'destination_not_allowed',
    ] as const;
    for (const policy of [
      policyOf({}),
      policyOf({ ...OPEN, limits: { perTransaction: 0 } }),
      policyOf({ ...OPEN, rules: [{ id: 'r', conditions: [], action: 'deny' }] }),
    ]) {
      expect((await judgeOnce({ policy, over: satisfied(...all) })).verdict).toBe('denied');
    }
  });
});

describe('facts', () => {
  it('record what was read, small and as JSON; the same input gives the same judgement', async () => {
    const first = await judgeOnce();
    const second = await judgeOnce();
    expect(Object.keys(first.facts).sort()).toEqual([
      'anomaly',
      `limits.used.${ETH}`,
      'rate.approved',
      'rate.attempts',
      'risk',
      'simulation',
    ]);
    expect(JSON.parse(JSON.stringify(first.facts))).toEqual(first.facts);
    expect(JSON.stringify(first.facts).length).toBeLessThan(1_000);
    expect(second).toEqual(first);
  });

  it('a row that nobody read denies: absent and unread are not the same', async () => {
    const whole = input();
    for (const key of whole.rows.keys) {
      const at = whole.rows.keys.indexOf(key);
      const rows = {
        keys: whole.rows.keys.filter((_, index) => index !== at),
        values: whole.rows.values.filter((_, index) => index !== at),
      };
      const judgement = await bench().judge.judge({ ...whole, rows });
      expect([key, judgement.verdict, codes(judgement)]).toEqual([key, 'denied', ['layer_threw']]);
    }
  });

  it('a layer cannot record what is no JSON', async () => {
    const context = { run: 0 };
    const { judge } = bench({
      settings: {
        intentValidator: {
          validate: () => {
            context.run += 1;
            return { valid: true, confidence: 1, reasoning: '', warnings: [1] as never };
          },
        },
      },
    });
    expect(codes(await judge.judge(input()))).toEqual(['layer_malformed']);
    expect(context.run).toBe(1);
  });

  it('names every row it needs', () => {
    const { request: asked, tx: bytes, decoded } = input();
    const policy = policyOf({ ...OPEN, limits: { ...OPEN.limits, assets: { USDC: { daily: 5 } } } }, BASE);
    expect(judgeKeys({ request: asked, tx: bytes, decoded, policy })).toEqual([
      'doc/profile/a1',
      'rate/agent:a1:approved',
      'rate/agent:a1:attempts',
      'rate/agent:a1:denied',
      'rate/agent:a1:escalated',
      'doc/threshold/a1',
      'rate/alarms/a1',
      `ledger/agent:a1|${ETH}`,
      `window/agent:a1|${ETH}/86400000`,
      `window/agent:a1|${ETH}/604800000`,
      `window/agent:a1|${ETH}/2592000000`,
      `doc/screen/${BOB}`,
      `doc/fleet-party/${BOB}`,
      ...alikeEnds(BOB).map((end) => `doc/paid-alike/a1/${end}`),
    ]);
    const usdc = request({ declared: { asset: USDC, amount: '5', destination: BOB } });
    expect(judgeKeys({ request: usdc, tx: bytes, decoded, policy })).toContain(`ledger/agent:a1|${USDC}`);
  });
});
