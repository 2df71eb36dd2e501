import { describe, expect, it } from 'vitest';
import { judgeKeys, type Permissions } from '../../../src/authz/index.ts';
import { type Effect, storeKey } from '../../../src/core/index.ts';
import {
  allow,
  BASE,
  BOB,
  call,
  ETH,
  EVE,
  ether,
  fee,
  foreign,
  input,
  judgeOnce,
  NOW,
  OPEN,
  policyOf,
  ROUTER,
  request,
  send,
  tx,
  USDC,
  unknown,
  WALLET,
  WETH,
} from '../fixture.ts';
import { policyReasons } from '../policy/judged-policy.ts';

const ANYONE: Permissions = { ...OPEN, allowedDestinations: undefined };
const when = (field: string, value: unknown, operator = 'gt') => ({ field, operator, value });
const rule = (conditions: readonly object[], action = 'deny', id = 'r') => ({ id, conditions, action });
type Effects = readonly Effect[];
const told = async (permissions: object, effects: Effects, over: object = {}) =>
  policyReasons(await judgeOnce({ policy: policyOf(permissions as Permissions), effects, request: foreign(), over }));
const rulesTold = async (permissions: object, effects: Effects, over: object = {}) =>
  (await told(permissions, effects, over)).map(({ rule: id }) => id);

describe('what the rules say', () => {
  it('names what no rule allows, with what is known of it and nothing else', async () => {
    const nothing = { ...ANYONE, capabilities: {} };
    expect(await told(nothing, [fee(), send(5n)])).toEqual([
      { code: 'policy_no_match', retryable: false, facts: { effect: 'outflow', asset: ETH, amount: '5', destination: BOB } },
    ]);
    const unlimited = { effect: 'allowance', asset: USDC, amount: 'unlimited', destination: BOB };
    const refused = await told(ANYONE, [fee(), allow('unlimited', BOB)]);
    expect(refused.map(({ rule: id, facts }) => [id, facts])).toEqual([
      ['allowance.spender', unlimited],
      ['allowance.unlimited', unlimited],
    ]);
    expect((await told(ANYONE, [fee(), unknown()])).map(({ facts }) => facts)).toEqual([
      { effect: 'unknown', contract: ROUTER, selector: '12345678' },
    ]);
    expect((await told(ANYONE, [fee(), unknown(null, null)])).map(({ facts }) => facts)).toEqual([{ effect: 'unknown' }]);
    expect(await told(ANYONE, [fee()])).toEqual([{ code: 'policy_no_match', retryable: false }]);
  });

  it('says that the entry of a contract is over only where the contract is what is refused', async () => {
    const over = { address: ROUTER, expiresAt: NOW };
    const codesTold = async (entry: object, effects: Effects, more: object = {}) =>
      (await told({ ...ANYONE, allowedContracts: [entry], ...more }, effects)).map(({ code }) => code);
    expect(await codesTold(over, [fee(), call()])).toEqual(['contract_entry_expired']);
    // Named by its selector, which makes do where the method is not known.
    const named = { ...over, selectors: ['0x12345678'] };
    expect(await codesTold(named, [fee(), unknown()])).toEqual(['contract_entry_expired']);
    expect(await codesTold(named, [fee(), call()])).toEqual(['contract_entry_expired']);
    expect(await codesTold(named, [fee(), call(ROUTER, '0x99999999')])).toEqual(['contract_not_allowed']);
    // Without one it never covered a method that is not known.
    expect(await codesTold(over, [fee(), unknown()])).toEqual(['effect_unknown']);
    expect(await codesTold(over, [fee(), unknown(null, null)])).toEqual(['effect_unknown']);
    const other = { rules: [rule([when('effect', 'call', 'eq')])] };
    expect([...(await codesTold(over, [fee(), call()], other))].sort()).toEqual(['contract_entry_expired', 'policy_rule_denied']);
  });
});

describe('a transaction that only keeps another one from landing', () => {
  const cancel = { place: { isCancel: true, lines: [] } };
  const nobody = { ...OPEN, capabilities: {}, allowedDestinations: [BOB] };

  it('needs no permission for nothing to itself, and for all else it does', async () => {
    expect(await told(nobody, [fee(), send(0n, WALLET)], cancel)).toEqual([]);
    expect(await told(nobody, [fee()], cancel)).toEqual([]);
    for (const effects of [
      [fee(), send(1n, WALLET)],
      [fee(), send(0n, BOB)],
      [fee(), allow(0n, WALLET)],
      [fee(), send(0n, WALLET), send(0n, EVE)],
    ])
      expect((await told(nobody, effects, cancel)).length, JSON.stringify(effects.map(({ kind }) => kind))).toBeGreaterThan(0);
    expect((await told(nobody, [fee(), send(0n, WALLET)])).length).toBeGreaterThan(0);
  });
});

describe('a rule that bounds amounts', () => {
  const above = (asset: string, amount: string, action = 'deny') => ({
    ...ANYONE,
    rules: [rule([when('asset', asset, 'eq'), when('amount', amount)], action)],
  });

  it('sees all that a transaction moves of an asset, of that asset alone', async () => {
    const halves = [fee(), send(6n, BOB, USDC), send(6n, EVE, USDC, '1')];
    expect(await rulesTold(above('USDC', '0.00001'), halves)).toEqual(['r', 'r']);
    expect(await rulesTold(above('USDC', '0.000012'), halves)).toEqual([]);
    const mixed = [fee(), send(50n, BOB, WETH), send(6n, BOB, USDC, '1')];
    expect(await rulesTold(above('USDC', '0.00001'), mixed)).toEqual([]);
    const [first] = await told(above('USDC', '0.00001'), halves);
    expect(first?.facts?.['amount'], 'the part itself is told').toBe('6');
  });

  it('sees an allowance without limit as more than any sum, and one that is taken away as nothing', async () => {
    const listed = { capabilities: { ...OPEN.capabilities, approvals: { enabled: true, unlimited: true, spenders: [BOB] } } };
    const unlimited = [fee(), allow('unlimited', BOB), send(1n, BOB, USDC, '1')];
    expect(await rulesTold({ ...above('USDC', '5'), ...listed }, unlimited)).toContain('r');
    expect(await rulesTold(above('USDC', '5'), [fee(), allow(0n, BOB)])).toEqual([]);
  });

  it('sees the fee, which is a transfer to nobody', async () => {
    const dear = [fee(ether('2')), send(1n, BOB, USDC)];
    expect(await told(above('ETH', '1'), dear)).toEqual([
      { code: 'policy_rule_denied', retryable: false, rule: 'r', facts: { effect: 'outflow', asset: ETH, amount: ether('2').toString() } },
    ]);
    expect(await rulesTold(above('ETH', '2'), dear)).toEqual([]);
    expect(await rulesTold(above('ETH', '1', 'escalate'), dear)).toEqual(['r']);
    expect(await rulesTold(above('ETH', '1', 'escalate'), [fee(ether('2')), send(ether('3'))]), 'asked once').toEqual(['r']);
    // Rules that look at more than what leaves are not about fees.
    const narrowed = [when('asset', 'ETH', 'eq'), when('amount', '1'), when('effect', 'outflow', 'eq')];
    expect(await rulesTold({ ...ANYONE, rules: [rule(narrowed)] }, dear)).toEqual([]);
  });
});

describe('the rows that a judgement reads', () => {
  const keysOf = (permissions: object, asked: object = {}, effects: Effects = [fee(), send(1n)]) => {
    const { request: made, tx: bytes, decoded } = input({ effects, request: request(asked) });
    return judgeKeys({ request: made, tx: bytes, decoded, policy: policyOf(permissions as Permissions, BASE) });
  };

  it('are those of accounts that the policy bounds, for what is moved, paid and declared', () => {
    const capped = (...tokens: string[]) => ({
      ...OPEN,
      limits: { ...OPEN.limits, assets: Object.fromEntries(tokens.map((token) => [token, { daily: 5 }])) },
    });
    const nothing = { declared: { asset: null, amount: null, destination: null } };
    const plain = keysOf(OPEN, nothing);
    const more = (permissions: object, asked: object, effects?: Effects) =>
      keysOf(permissions, asked, effects).filter((key) => !plain.includes(key) && !key.startsWith(storeKey.doc('screen')));
    expect(plain).toEqual(keysOf(OPEN));
    expect(more(capped('USDC'), nothing)).toEqual([]);
    const declared = more(capped('USDC'), { declared: { asset: USDC, amount: '1', destination: null } });
    expect(declared.length).toBeGreaterThan(0);
    expect(declared.every((key) => key.includes(USDC))).toBe(true);
    expect(more(capped('USDC'), nothing, [fee(), allow(5n, BOB)])).toEqual(expect.arrayContaining(declared));
    expect(more(capped('USDC', 'WETH'), nothing, [fee(), send(1n, BOB, USDC)])).toEqual(expect.arrayContaining(declared));
    const keys = keysOf(capped('USDC', 'ETH'), { declared: { asset: USDC, amount: '1', destination: null } });
    expect(new Set(keys).size, 'each once').toBe(keys.length);
    expect(keys.every((key) => typeof key === 'string' && !key.includes('null') && !key.includes('undefined'))).toBe(true);
    expect(tx().fee.asset).toBe(ETH);
  });
});
