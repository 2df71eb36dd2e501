import { describe, expect, it } from 'vitest';
import { judgeKeys } from '../../../src/authz/judge-keys.ts';
import { JudgeSession } from '../../../src/authz/judge-session.ts';
import { DEFAULT_JUDGE_SETTINGS } from '../../../src/authz/judge-settings.ts';
import { ReadState } from '../../../src/authz/judge-state.ts';
import { ruleFindings } from '../../../src/authz/rule-findings.ts';
import { type Effect, LAYERS, storeKey } from '../../../src/core/index.ts';
import type { Permissions } from '../../../src/index.ts';
import { call, ETH, EVE, fee, input, NOW, OPEN, policyOf, ROUTER, request, type Scene, send, tx, USDC, WALLET, WETH } from '../fixture.ts';

const sessionOf = (scene: Scene = {}) => new JudgeSession(input(scene), DEFAULT_JUDGE_SETTINGS);
const chainOf = (verdict: 'pass' | 'deny') => ({
  reports: LAYERS.map((layer) => ({ layer, verdict, passed: verdict === 'pass', score: null, reasons: [], durationMs: 0 }) as const),
  signals: [],
  unenforced: [],
  escalated: [],
});

describe('a judgement', () => {
  it('warns of caps only where it is approved, and takes the caps of limits and temporal rules alike', () => {
    const session = sessionOf();
    const warning = { type: 'cap_warning', details: {} } as const;
    const [cap, other] = [
      { account: 'a', windows: [] },
      { account: 'b', windows: [] },
    ];
    Object.assign(session.context.output, { warnings: [warning], caps: [cap], lines: [{ account: 'a', amount: '1' }] });
    const temporal = { ...session.context.output.temporal, caps: [other], lines: [{ account: 'b', amount: '2' }] };
    Object.assign(session.context.output, { temporal });
    const approved = session.conclude(chainOf('pass'));
    expect(approved).toMatchObject({ signals: [warning], caps: [cap, other] });
    expect(approved.lines.map(({ account }) => account)).toEqual(['a', 'b']);
    expect(session.conclude(chainOf('deny')).signals).toEqual([]);
  });

  it('names the quorum that its escalations ask for, and none where they ask for none', () => {
    const policy = policyOf({ ...OPEN, approvalQuorums: [{ reasons: ['risk_high'], need: { operator: 1 } }] } as Permissions);
    const escalated = [{ code: 'risk_high', message: '', retryable: false }] as const;
    expect(sessionOf({ policy }).conclude({ ...chainOf('pass'), escalated }).quorum).toEqual({ operator: 1 });
    expect('quorum' in sessionOf({ policy }).conclude(chainOf('pass'))).toBe(false);
  });

  it('keeps its input, unless it is judged from a record', () => {
    expect(sessionOf().conclude(chainOf('pass')).input).toBeDefined();
    const recorded = { facts: {}, state: new ReadState(input()), lacking: () => undefined };
    expect('input' in sessionOf({ over: { recorded } }).conclude(chainOf('pass'))).toBe(false);
  });

  it('reads more for the union as for the bytes, and says what cannot be read', async () => {
    const asked: unknown[] = [];
    const read = async (keys: readonly string[]) => {
      asked.push(keys);
      return keys.map(() => undefined);
    };
    const session = sessionOf({ over: { read } });
    session.context.output.simulated = [];
    await session.union()?.readMore([send(1n, EVE)]);
    expect(asked).toHaveLength(1);
    const { read: _, ...without } = input();
    await expect(new JudgeSession(without, DEFAULT_JUDGE_SETTINGS).context.readMore([send(1n, EVE)])).rejects.toThrow('cannot be read');
  });
});

describe('the rows of a judgement', () => {
  const keysOf = (permissions: Permissions, effects: readonly Effect[] = [send(1n)], declared: string | null = null) => {
    const policy = policyOf({ ...OPEN, ...permissions });
    const asked = request({ declared: { asset: declared as never, amount: null, destination: null } });
    return judgeKeys({ request: asked, tx: tx(), decoded: { effects, calls: [], complete: true }, policy });
  };
  const ledger = (account: string) => storeKey.ledger(account);

  it('are the agent’s own, and the screening of every party', () => {
    const keys = keysOf({});
    expect(keys).toEqual(
      expect.arrayContaining([storeKey.doc('profile/a1'), storeKey.rate('agent:a1:approved'), ledger(`agent:a1|${ETH}`)]),
    );
    expect(keys.filter((key) => key.includes(EVE))).toEqual([]);
    expect(keysOf({}, [send(1n, EVE)]).filter((key) => key.includes(EVE))).toEqual([`doc/screen/${EVE}`, `doc/fleet-party/${EVE}`]);
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('are those of assets with limits of their own, where they are spent, declared, or pay the fee', () => {
    const assets = { [USDC]: { perTransaction: 1, daily: 1 }, [ETH]: { perTransaction: 1, daily: 1 } };
    const limited = { limits: { ...OPEN.limits, assets } } as Permissions;
    const own = ledger(`agent:a1|${USDC}`);
    expect(keysOf(limited, [call()])).not.toContain(own);
    expect(keysOf(limited, [send(1n, EVE, USDC)])).toContain(own);
    expect(keysOf(limited, [call()], USDC)).toContain(own);
    expect(keysOf(limited, [call()], WETH)).not.toContain(own);
    expect(keysOf(limited, [call()])).toContain(ledger(`agent:a1:own|${ETH}`));
  });

  it('are those of further rates, of temporal rules, and of caps by what they count', () => {
    expect(keysOf({ rateLimiting: { burst: 3 } })).toContain(storeKey.rate('agent:a1:approved:burst'));
    expect(keysOf({}).filter((key) => key === storeKey.rate('agent:a1:approved'))).toHaveLength(1);
    const temporalRules = [{ predicate: { kind: 'consecutive_failures', count: 3 }, consequence: { kind: 'reject' } }] as const;
    expect(keysOf({ temporalRules })).toContain(storeKey.outcomes('a1'));
    const caps = [{ capId: 'c', scope: 'recipient', window: 'day', max: 1 }] as const;
    expect(keysOf({ limits: { ...OPEN.limits, caps } }, [send(1n, EVE)])).toContain(ledger(`cap:c:fleet:recipient:${EVE}|${ETH}`));
  });
});

describe('what the rules say', () => {
  const codes = (scene: Scene) => {
    const { denials, escalations } = ruleFindings(sessionOf(scene).context, undefined);
    return {
      denials: denials.map(({ code, rule, facts }) => [code, rule, facts]),
      escalations: escalations.map(({ code, rule }) => [code, rule]),
    };
  };
  const place = (isCancel: boolean) => ({ place: { lines: [], isCancel } as never });
  const self = send(0n, WALLET);

  it('lets a transaction that keeps another from landing do nothing, to itself and no one else', () => {
    expect(codes({ effects: [self], over: place(true) }).denials).toEqual([]);
    expect(codes({ effects: [], over: place(true) }).denials).toEqual([]);
    expect(codes({ effects: [], over: place(false) }).denials).toEqual([['policy_no_match', undefined, undefined]]);
    expect(codes({ effects: [], over: {} }).denials).toEqual([['policy_no_match', undefined, undefined]]);
    for (const effects of [[send(1n, WALLET)], [send(0n, EVE)], [call()]])
      expect(
        codes({ effects, over: place(true) }).denials.length,
        JSON.stringify(effects, (_, v) => String(v)),
      ).toBeGreaterThan(0);
    expect(codes({ effects: [self], over: place(false) }).denials.length).toBeGreaterThan(0);
  });

  it('holds the fee to the rules that bound an amount, and names each escalation once', () => {
    const ruled = (action: string) =>
      policyOf({ ...OPEN, rules: [{ id: 'big', conditions: [{ field: 'amount', operator: 'gt', value: '0.5' }], action }] } as Permissions);
    const dear = { tx: tx({ fee: { asset: ETH, ceiling: 10n ** 18n, params: {} } }) };
    const [cheapDeny, dearDeny] = [
      codes({ policy: ruled('deny'), effects: [send(1n)] }),
      codes({ policy: ruled('deny'), effects: [send(1n)], over: dear }),
    ];
    expect(cheapDeny.denials).toEqual([]);
    expect(dearDeny.denials).toEqual([['policy_rule_denied', 'big', { effect: 'outflow', asset: ETH, amount: (10n ** 18n).toString() }]]);
    const both = codes({ policy: ruled('require_approval'), effects: [send(10n ** 18n)], over: dear });
    expect(both.escalations).toEqual([['policy_rule_escalated', 'big']]);
    const denied = codes({ policy: ruled('deny'), effects: [send(10n ** 18n)], over: dear });
    expect(denied.denials).toHaveLength(2);
    expect(codes({ policy: policyOf(), effects: [fee(), send(1n)], over: dear }).denials).toEqual([]);
  });

  it('says of what it denies what that is', () => {
    expect(codes({ effects: [call(ROUTER, '0x12345678')] }).denials[0]?.[2]).toMatchObject({
      effect: 'call',
      contract: ROUTER,
      selector: '12345678',
    });
    expect(codes({ effects: [send(5n, EVE)] }).denials[0]?.[2]).toEqual({ effect: 'outflow', asset: ETH, amount: '5', destination: EVE });
    const hazard = {
      kind: 'hazard',
      account: WALLET,
      hazard: 'self_destruct',
      detail: 'x',
      leaf: '0',
      source: 'bytes',
    } as unknown as Effect;
    expect(codes({ effects: [hazard] }).denials[0]?.[2]).toMatchObject({ hazard: 'self_destruct' });
  });

  it('adds up what a transaction moves of an asset before it compares', () => {
    const policy = policyOf({
      ...OPEN,
      rules: [{ id: 'big', conditions: [{ field: 'amount', operator: 'gt', value: '1.5' }], action: 'deny' }],
    } as Permissions);
    const one = 10n ** 18n;
    expect(codes({ policy, effects: [send(one)] }).denials).toEqual([]);
    expect(codes({ policy, effects: [send(one), send(one)] }).denials).toHaveLength(2);
  });

  it('tells an entry that expired from one that never was', () => {
    const listed = (expiresAt: number) => policyOf({ ...OPEN, allowedContracts: [{ address: ROUTER, expiresAt }] } as Permissions);
    const first = (policy = policyOf()) => codes({ policy, effects: [call(ROUTER)] }).denials.map(([code]) => code);
    expect([first(listed(NOW - 1)), first(listed(NOW + 60_000)), first()]).toEqual([
      ['contract_entry_expired'],
      [],
      ['contract_not_allowed'],
    ]);
  });
});
