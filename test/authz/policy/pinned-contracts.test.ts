import { describe, expect, it } from 'vitest';
import { exposureOf } from '../../../src/authz/exposure.ts';
import { pinFact, pinnedContracts } from '../../../src/authz/index.ts';
import type { Effect } from '../../../src/core/index.ts';
import { account, allow, BASE, BOB, call, EVE, fee, policyOf, ROUTER, send, tx, unknown, WALLET } from '../fixture.ts';

const ALL = { enabled: true } as const;
const POOL = account('d6');
const KEEPER = account('7e');
const of = (permissions: object) => policyOf({ capabilities: { contracts: ALL }, ...permissions } as never, BASE);
const LISTED = of({
  allowedContracts: [
    { address: ROUTER, owner: BOB },
    { address: ROUTER },
    { address: POOL },
    { address: KEEPER, codeHash: 'ab'.repeat(32) },
  ],
});
const READING = of({
  rules: [{ id: 'r', conditions: [{ field: 'destinationCodeHash', operator: 'exists', value: true }], action: 'deny' }],
});
const base = { leaf: '0', source: 'bytes' } as const;
const operator = { ...base, kind: 'operator', owner: WALLET, operator: KEEPER, collection: POOL, approved: true } as Effect;
const delegation = { ...base, kind: 'delegation', account: WALLET, delegate: KEEPER, scope: 'all' } as Effect;
const control = (to: string | null) => ({ ...base, kind: 'control', account: WALLET, aspect: 'owner', to }) as Effect;
const read = (policy: typeof LISTED, ...effects: readonly Effect[]) => pinnedContracts(policy, exposureOf([fee(), ...effects], tx()));

describe('contracts whose make has to be read', () => {
  it('are those of the list that are pinned, where they are called, may take, or operate', () => {
    expect(read(LISTED, send(1n), call(EVE), call(POOL), unknown(null, null))).toEqual([]);
    expect(read(LISTED, call(ROUTER), call(ROUTER, '0xaaaaaaaa'), send(1n, ROUTER))).toEqual([ROUTER]);
    expect(read(LISTED, allow(1n, KEEPER), unknown(ROUTER))).toEqual([ROUTER, KEEPER]);
    expect(read(LISTED, operator)).toEqual([KEEPER]);
    expect(read(LISTED, delegation, control(KEEPER), send(1n, KEEPER))).toEqual([]);
  });

  it('are all whom the effects are about where a rule looks at code', () => {
    expect(read(READING, call(ROUTER), send(1n, BOB), allow(1n, EVE), operator)).toEqual([ROUTER, EVE, KEEPER, BOB]);
    expect(read(READING, delegation, control(POOL), control(null), unknown(null, null))).toEqual([KEEPER, POOL]);
    expect(read(READING, { ...send(1n), counterparty: null } as Effect)).toEqual([]);
  });

  it('are facts by their name', () => {
    expect(pinFact(ROUTER)).toBe(`contract.${ROUTER}`);
  });
});
