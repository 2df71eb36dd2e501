import { describe, expect, it } from 'vitest';
import type { Permissions } from '../../../src/authz/index.ts';
import type { ActionRequest, Effect } from '../../../src/core/index.ts';
import {
  account,
  allow,
  BOB,
  CHAIN,
  call,
  ETH,
  EVE,
  ether,
  FEE,
  fee,
  foreign,
  judgeOnce,
  NOW,
  OPEN,
  policyOf,
  ROUTER,
  send,
  tx,
  USDC,
  WALLET,
} from '../fixture.ts';
import { policyReasons } from './judged-policy.ts';

const WIDE: Permissions = {
  ...OPEN,
  allowedDestinations: undefined,
  allowedContracts: [{ address: ROUTER }],
  limits: { perTransaction: 100, daily: 200, weekly: 300, monthly: 400, assets: { USDC: { daily: 1_000 } } },
};
const PAID = [fee(), send(ether('1'))];
const judged = (effects: readonly Effect[], request: Partial<ActionRequest> = {}, over: object = {}, permissions: Permissions = WIDE) =>
  judgeOnce({ effects, policy: policyOf(permissions), request: foreign(request), over });
const told = async (...given: Parameters<typeof judged>) => policyReasons(await judged(...given));
const narrowed = (narrow: object, effects: readonly Effect[] = PAID) => told(effects, { narrow: narrow as ActionRequest['narrow'] });

describe('the terms of a transaction', () => {
  it('are those of the request: its chain, its wallet, its fee', async () => {
    const other = { tx: tx({ chain: 'eip155:10' as typeof CHAIN }) };
    expect((await told(PAID, {}, other)).find(({ code }) => code === 'chain_id_mismatch')).toEqual({
      code: 'chain_id_mismatch',
      retryable: false,
      facts: { request: CHAIN, transaction: 'eip155:10' },
    });
    expect((await told(PAID, {}, { tx: tx({ wallet: EVE }) })).find(({ code }) => code === 'agent_not_wallet_owner')).toEqual({
      code: 'agent_not_wallet_owner',
      retryable: false,
      facts: { wallet: EVE },
    });
  });

  it('let a fee pass that is its ceiling, and nothing above', async () => {
    const above = (rule: string) => ({
      code: 'fee_exceeds_ceiling',
      rule,
      limit: (FEE - 1n).toString(),
      requested: FEE.toString(),
      unit: ETH,
      retryable: true,
    });
    expect(await told(PAID, { feeCeiling: FEE })).toEqual([]);
    expect(await told(PAID, { feeCeiling: FEE - 1n })).toEqual([above('request.maxFee')]);
    expect(await told(PAID, {}, {}, { ...WIDE, maxFee: '0.000001' })).toEqual([]);
    expect(await told(PAID, {}, {}, { ...WIDE, maxFee: '0.000000999999999999' })).toEqual([above('maxFee')]);
    expect(await told(PAID, {}, {}, { ...WIDE, maxFee: 0 })).toMatchObject([{ rule: 'maxFee', limit: '0' }]);
  });

  it('cover what the declared type covers', async () => {
    expect((await told(PAID, { type: 'stake' })).find(({ code }) => code === 'capability_mismatch')).toEqual({
      code: 'capability_mismatch',
      retryable: false,
      facts: { type: 'stake', capability: 'transfers' },
    });
  });

  it('are told by sixteen reasons at most', async () => {
    const many = (count: number) => Array.from({ length: count }, (_, at) => send(1n, account(`${(at % 8) + 1}f`), ETH, String(at)));
    const strict = { ...WIDE, allowedDestinations: [] };
    expect(await told([fee(), ...many(15)], {}, {}, strict)).toHaveLength(15);
    expect(await told([fee(), ...many(16)], {}, {}, strict)).toHaveLength(16);
    expect(await told([fee(), ...many(17)], {}, {}, strict)).toHaveLength(16);
  });

  it('leave nothing unenforced that nobody left out', async () => {
    expect((await judged(PAID)).reports.find(({ layer }) => layer === 'policy')).not.toHaveProperty('unenforced');
  });
});

describe('a caller’s own bounds', () => {
  it('of an amount let so much pass of each asset, and nothing without end', async () => {
    const above = (requested: string, unit?: string) => ({
      code: 'spend_exceeds_cap',
      retryable: false,
      rule: 'narrow.maxAmount',
      limit: '5',
      requested,
      ...(unit === undefined ? {} : { unit }),
    });
    expect(await narrowed({ maxAmount: 5n }, [fee(), send(5n)])).toEqual([]);
    expect(await narrowed({ maxAmount: 5n }, [fee(), send(6n)])).toEqual([above('6', ETH)]);
    expect(await narrowed({ maxAmount: 5n }, [fee(), send(3n), send(3n, EVE, ETH, '1'), send(6n, BOB, USDC, '2')])).toEqual([
      above('6', ETH),
      above('6', USDC),
    ]);
    const endless = await narrowed({ maxAmount: 5n }, [fee(), allow('unlimited', ROUTER), allow(1n, ROUTER)]);
    expect(endless.filter(({ rule }) => rule === 'narrow.maxAmount')).toEqual([above('unlimited')]);
    expect(await narrowed({ maxAmount: 5n }, [fee(), allow(5n, ROUTER)])).toEqual([]);
  });

  it('of destinations hold for whoever is paid, may take, or is called', async () => {
    const outside = (destination: string | null) => ({
      code: 'destination_not_allowed',
      retryable: false,
      rule: 'narrow.allowedDestinations',
      facts: { destination },
    });
    const only = (list: readonly string[], effects: readonly Effect[]) => narrowed({ allowedDestinations: list }, effects);
    expect(await only([BOB], PAID)).toEqual([]);
    expect(await only([], PAID)).toEqual([outside(BOB)]);
    expect(await only([BOB], [fee(), allow(5n, ROUTER)])).toEqual([outside(ROUTER)]);
    expect(await only([ROUTER], [fee(), allow(5n, ROUTER), call(ROUTER)])).toEqual([]);
    expect(await only([BOB], [fee(), call(ROUTER)])).toEqual([outside(ROUTER)]);
    const control = (to: string | null) =>
      ({ kind: 'control', account: WALLET, aspect: 'owner', to, leaf: '0', source: 'bytes' }) as Effect;
    const ofCaller = async (effect: Effect) =>
      (await only([BOB], [fee(), effect])).filter(({ rule }) => rule === 'narrow.allowedDestinations');
    expect(await ofCaller(control(EVE))).toEqual([outside(EVE)]);
    expect([await ofCaller(control(BOB)), await ofCaller(control(null))]).toEqual([[], []]);
    const nobody = { ...send(1n), counterparty: null } as Effect;
    expect((await only([BOB], [fee(), nobody])).filter(({ rule }) => rule === 'narrow.allowedDestinations')).toEqual([outside(null)]);
  });

  it('of a fee let it pass, and nothing above', async () => {
    expect(await narrowed({ maxFee: FEE })).toEqual([]);
    expect(await narrowed({ maxFee: FEE - 1n })).toEqual([
      {
        code: 'fee_exceeds_ceiling',
        rule: 'narrow.maxFee',
        limit: (FEE - 1n).toString(),
        requested: FEE.toString(),
        unit: ETH,
        retryable: true,
      },
    ]);
    expect(await narrowed({})).toEqual([]);
  });

  it('ask a person where they say so', async () => {
    expect(await narrowed({ requireApproval: true })).toEqual([
      { code: 'approval_required', retryable: false, rule: 'narrow.requireApproval' },
    ]);
    expect(await narrowed({ requireApproval: false })).toEqual([]);
  });
});

describe('what a listed contract is made of', () => {
  const HASH = 'ab'.repeat(32);
  const IMPL = account('1a');
  const ADMIN = account('2b');
  const OWNER = account('3c');
  const pins = { codeHash: HASH, implementation: IMPL, admin: ADMIN, owner: OWNER };
  const found = { account: ROUTER, codeHash: HASH, implementation: IMPL, admin: ADMIN, owner: OWNER };
  const list = (...entries: readonly object[]): Permissions => ({
    ...WIDE,
    allowedContracts: entries.map((entry) => ({ address: ROUTER, ...entry })),
  });
  const made = (facts: object | null, permissions = list(pins), effects: readonly Effect[] = [fee(), call(ROUTER)]) =>
    told(effects, { type: 'contract_call' }, { contracts: new Map(facts === null ? [] : [[ROUTER, { ...found, ...facts }]]) }, permissions);
  const mismatch = (code: string, field: string, listed: string, is: string) => ({
    code,
    retryable: false,
    facts: { contract: ROUTER, field, listed, found: is },
  });

  it('has to be what was listed, part by part', async () => {
    expect(await made({})).toEqual([]);
    expect(await made({ codeHash: 'cd'.repeat(32) })).toEqual([mismatch('bytecode_hash_mismatch', 'codeHash', HASH, 'cd'.repeat(32))]);
    expect(await made({ codeHash: null })).toEqual([mismatch('bytecode_hash_mismatch', 'codeHash', HASH, 'none')]);
    expect(await made({ implementation: EVE })).toEqual([mismatch('bytecode_hash_mismatch', 'implementation', IMPL, EVE)]);
    expect(await made({ admin: null })).toEqual([mismatch('owner_address_mismatch', 'admin', ADMIN, 'none')]);
    expect(await made({ owner: EVE })).toEqual([mismatch('owner_address_mismatch', 'owner', OWNER, EVE)]);
    expect(await made({ implementation: EVE, admin: EVE, owner: EVE }, list({ codeHash: HASH }))).toEqual([]);
  });

  it('has to be read', async () => {
    expect(await made(null)).toEqual([{ code: 'bytecode_hash_mismatch', retryable: true, facts: { contract: ROUTER } }]);
    expect(await made(null, list({}))).toEqual([]);
  });

  it('is told once of a contract that is called twice, and of one that is paid', async () => {
    const twice = [fee(), call(ROUTER), call(ROUTER, '0xaaaaaaaa', 'n', '1'), { ...send(1n, ROUTER), leaf: '0' } as Effect];
    expect(await made({ owner: EVE }, list(pins), twice)).toHaveLength(1);
    expect(await made({ owner: EVE }, list(pins), [fee(), call(ROUTER), send(1n, ROUTER)])).toHaveLength(1);
  });

  it('binds who may take, unless one entry fits or the spender is listed itself', async () => {
    const takes = [fee(), allow(5n, ROUTER)];
    const wrong = mismatch('owner_address_mismatch', 'owner', OWNER, EVE);
    expect(await made({ owner: EVE }, list(pins), takes)).toEqual([wrong]);
    expect(await made({ owner: EVE }, list(pins), [fee(), allow(0n, ROUTER)])).toEqual([]);
    expect(await made({ owner: EVE }, list(pins, {}), takes)).toEqual([]);
    expect(await made({ owner: EVE }, list({}, pins), takes)).toEqual([]);
    expect(await made({ owner: EVE }, list({ codeHash: HASH }, pins), takes)).toEqual([]);
    expect(await made({ owner: EVE }, list(pins, { ...pins, codeHash: undefined }), takes)).toEqual([wrong]);
    const spending = { ...list(pins), capabilities: { ...WIDE.capabilities, approvals: { enabled: true, spenders: [ROUTER] } } };
    expect(await made({ owner: EVE }, spending, takes)).toEqual([]);
  });

  it('binds until the entry expires, and then it is no entry', async () => {
    const codes = async (expiresAt: number) =>
      (await made({ owner: EVE }, list({ ...pins, expiresAt }), [fee(), allow(5n, ROUTER)])).map(({ code }) => code);
    expect(await codes(NOW + 1)).toEqual(['owner_address_mismatch']);
    expect(await codes(NOW)).toEqual(['allowance_not_allowed']);
    expect(await made({ owner: EVE }, list({ ...pins, expiresAt: NOW }, { codeHash: HASH }), [fee(), allow(5n, ROUTER)])).toEqual([]);
  });

  it('binds operators that are made', async () => {
    const operator = (approved: boolean) =>
      ({ kind: 'operator', owner: WALLET, operator: ROUTER, collection: account('9a'), approved, leaf: '0', source: 'bytes' }) as Effect;
    const wrong = mismatch('owner_address_mismatch', 'owner', OWNER, EVE);
    expect(await made({ owner: EVE }, list(pins), [fee(), operator(true)])).toContainEqual(wrong);
    expect(await made({ owner: EVE }, list(pins), [fee(), send(1n), operator(false)])).toEqual([]);
  });
});
