import { describe, expect, it } from 'vitest';
import type { Permissions } from '../../src/authz/index.ts';
import type { Effect } from '../../src/core/index.ts';
import { FIELD_CASES, type FieldCase, ZONED } from './field-cases.ts';
import { BOB, call, EVE, ether, fee, foreign, input, judgeOnce, OPEN, policyOf, ROUTER, send } from './fixture.ts';

const LOOSE: Permissions = {
  ...OPEN,
  capabilities: { ...OPEN.capabilities, trading: { enabled: true } },
  allowedContracts: [{ address: ROUTER }],
};

/** Whether a rule that denies on these conditions spoke; the layers before it are out of the way. */
async function matches(conditions: readonly unknown[], scene: Omit<FieldCase, 'holds' | 'fails'>, context: object = {}): Promise<boolean> {
  const rules = [{ id: 'own', conditions, action: 'deny' }] as never;
  const { effects, rows = {}, contracts } = scene;
  const policy = policyOf({ ...LOOSE, rules, ...context });
  const over = contracts === undefined ? {} : { contracts: contracts as never };
  const judgement = await judgeOnce(
    { effects, rows, policy, request: foreign(), over },
    { settings: { riskEnabled: false, allowUnenforced: true } },
  );
  return judgement.reasons.some(({ rule }) => rule === 'own');
}

describe('fields', () => {
  it.each(Object.entries(FIELD_CASES) as readonly (readonly [string, FieldCase])[])('%s', async (field, { holds, fails, ...scene }) => {
    const condition = ([operator, value, timeZone]: FieldCase['holds'][number]) => ({
      field,
      operator,
      value,
      ...(timeZone === undefined ? {} : { timeZone }),
    });
    for (const one of holds) expect(await matches([condition(one)], scene), JSON.stringify(one)).toBe(true);
    for (const one of fails) expect(await matches([condition(one)], scene), JSON.stringify(one)).toBe(false);
  });

  it.each(ZONED)('%s in %s', async (field, timeZone, value) => {
    const scene = { effects: [fee(), send(ether('1'))] };
    expect(await matches([{ field, operator: 'eq', value, timeZone }], scene)).toBe(true);
    expect(await matches([{ field, operator: 'ne', value, timeZone }], scene)).toBe(false);
  });

  it('of a destination that was never paid is its age of nothing', async () => {
    expect(await matches([{ field: 'destinationAgeMs', operator: 'lt', value: 60_000 }], { effects: [fee(), send(1n, EVE)] })).toBe(true);
  });

  it('net change counts what comes back, and only the wallet’s own', async () => {
    const inflow = { ...send(ether('3')), kind: 'inflow' } as Effect;
    const back = { effects: [fee(), send(ether('1')), inflow, send(ether('7'), BOB, undefined, '1', EVE)] };
    expect(await matches([{ field: 'netChange', operator: 'eq', value: 2 }], back)).toBe(true);
  });

  it('what code an account has and nobody could read counts against the request', async () => {
    const scene = { effects: [fee(), send(ether('1'))], contracts: new Map() };
    expect(await matches([{ field: 'destinationCodeHash', operator: 'eq', value: 'ab'.repeat(32) }], scene)).toBe(true);
    expect(await matches([{ field: 'destinationCodeHash', operator: 'exists', value: false }], scene)).toBe(true);
  });

  it('what a decoder does not say of a call counts against the request', async () => {
    const bare = { effects: [fee(), call()] };
    expect(await matches([{ field: 'protocol', operator: 'eq', value: 'aave' }], bare)).toBe(true);
    expect(await matches([{ field: 'operation', operator: 'eq', value: 'vote' }], bare)).toBe(true);
    expect(await matches([{ field: 'args.amount', operator: 'gt', value: 5 }], bare)).toBe(true);
    expect(await matches([{ field: 'protocol', operator: 'eq', value: 'aave' }], { effects: [fee(), send(1n)] })).toBe(false);
  });
});

describe('arguments of calls', () => {
  const args = {
    amount: '18446744073709551616',
    sixty: '64',
    small: '-3',
    to: BOB.slice(9),
    note: 'for the rent',
    data: '0xABcd',
    flag: 'true',
  };
  const scene = { effects: [fee(), { ...call(), args } as Effect] };
  it.each<[string, string, unknown, boolean]>([
    ['args.amount', 'gt', '18446744073709551615', true],
    ['args.amount', 'gt', '18446744073709551616', false],
    ['args.amount', 'in', [1, '18446744073709551616'], true],
    ['args.small', 'lt', 0, true],
    ['args.small', 'between', [-2, 5], false],
    ['args.to', 'eq', BOB, true],
    ['args.to', 'eq', `0x${'B2'.repeat(20)}`, true],
    ['args.to', 'not_in', [BOB, EVE], false],
    ['args.note', 'contains', 'rent', true],
    ['args.note', 'matches', 'for * rent', true],
    ['args.data', 'eq', '0xabCD', true],
    ['args.flag', 'eq', true, true],
    ['args.none', 'eq', 5, false],
    ['args.none', 'exists', false, true],
    // Of another kind than the constants: nobody can tell.
    ['args.note', 'gt', 5, true],
    ['args.note', 'eq', EVE, true],
    // Hexadecimal is how bytes are written, and no number: 0x40 is not 64, and the rule is not passed over either.
    ['args.sixty', 'eq', '0x40', true],
    ['args.sixty', 'ne', '0x40', true],
    ['args.data', 'eq', '0xabce', false],
  ])('%s %s %j: %s', async (field, operator, value, holds) => {
    expect(await matches([{ field, operator, value }], scene)).toBe(holds);
  });

  it('that are not shown in full cannot be compared', async () => {
    const long = {
      effects: [fee(), { ...call(), args: { note: 'x'.repeat(1_100), data: `300 bytes, sha256 ${'ab'.repeat(32)}` } } as Effect],
    };
    for (const field of ['args.note', 'args.data']) expect(await matches([{ field, operator: 'eq', value: 'y' }], long)).toBe(true);
    const many = Object.fromEntries(Array.from({ length: 128 }, (_, index) => [`a${index}`, '1']));
    expect(
      await matches([{ field: 'args.to', operator: 'exists', value: true }], { effects: [fee(), { ...call(), args: many } as Effect] }),
    ).toBe(true);
  });
});

describe('trust', () => {
  const verdict = async (claimed: string | undefined, maxTrust: string | undefined) => {
    const rules = [{ id: 'own', conditions: [{ field: 'trust', operator: 'in', value: ['owner', 'tool'] }], action: 'allow' }];
    const policy = policyOf({ limits: OPEN.limits, rules, ...(maxTrust === undefined ? {} : { maxTrust }) } as never);
    const made = input({ policy, request: foreign({ context: claimed === undefined ? {} : { trust: claimed as never } }) });
    const judgement = await judgeOnce({ over: made });
    return [judgement.verdict, judgement.facts['trust']];
  };
  it('is what the request says, and never better than the policy lets it say', async () => {
    // The second word is the policy's maxTrust.
    expect(await verdict('owner', 'owner')).toEqual(['approved', 'owner']);
    expect(await verdict('owner', 'tool')).toEqual(['approved', 'tool']);
    expect(await verdict('web', 'owner')).toEqual(['denied', 'web']);
    expect(await verdict('owner', undefined)).toEqual(['denied', 'message']);
    expect(await verdict(undefined, 'owner')).toEqual(['denied', 'message']);
  });
});
