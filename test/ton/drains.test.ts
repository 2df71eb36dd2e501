import { beginCell, type Cell, comment, Dictionary } from '@ton/core';
import { describe, expect, it } from 'vitest';
import type { Permissions } from '../../src/authz/index.ts';
import { compilePolicy } from '../../src/authz/index.ts';
import type { AccountFact, AccountId, DecodedTransaction, ReasonCode, Token } from '../../src/core/index.ts';
import { BASE, foreign, judgeOnce, tx } from '../authz/fixture.ts';
import {
  ALL_FACTS,
  address,
  asked,
  bodyOf,
  decodeBody,
  itemTransfer,
  messageTo,
  multisigOrder,
  multisigSend,
  newOrder,
  THIEF,
  tokenTransfer,
} from './body-fixture.ts';
import { BOB, codec, JETTON_WALLET, NATIVE, NEW, POOL, PUBLIC_KEY, TESTNET, UNLISTED, USD, WALLET } from './codec-fixture.ts';
import { bytesOf, decodeOrder, listOf, messageCell, sendAction, w5, w5Of } from './order-fixture.ts';
import { decodeUse, ROUTER, ROUTER_TOKENS, swapV1 } from './protocol-fixture.ts';

const TON = 10n ** 9n;
const raw = (account: AccountId): string => account.slice(TESTNET.length + 1);
const TOKENS: readonly Token[] = [
  { asset: NATIVE, symbol: 'TON', decimals: 9 },
  { asset: USD, symbol: 'USD', decimals: 6 },
  { asset: UNLISTED, symbol: 'JUNK', decimals: 6 },
];
/** As open as a policy gets: everything is enabled, these contracts are listed, and the limits are never reached. */
const OPEN: Permissions = {
  capabilities: {
    transfers: { enabled: true },
    trading: { enabled: true },
    staking: { enabled: true },
    nft: { enabled: true },
    governance: { enabled: true },
    contracts: { enabled: true },
  },
  limits: {
    perTransaction: 1_000,
    daily: 2_000,
    weekly: 3_000,
    monthly: 4_000,
    assets: { USD: { daily: 1_000 }, JUNK: { daily: 1_000 } },
  },
  allowedDestinations: [raw(BOB), raw(NEW), raw(ROUTER)],
  allowedContracts: [{ address: raw(POOL) }, { address: raw(JETTON_WALLET) }, { address: raw(ROUTER) }],
};

/** Swaps at a protocol that is allowed by its name, and nothing else. */
const SWAPS: Permissions = {
  ...OPEN,
  capabilities: { trading: { enabled: true } },
  allowedContracts: [],
  allowedDestinations: [],
  allowedProtocols: ['stonfi-v1'],
};

async function verdict(decoded: DecodedTransaction, permissions = OPEN): Promise<readonly [string, readonly ReasonCode[]]> {
  const { decision, reasons } = await judgeOnce({
    effects: decoded.effects,
    request: foreign({ chain: TESTNET, wallet: WALLET }),
    policy: compilePolicy(permissions, TOKENS, { ...BASE, limits: { ...BASE.limits, unit: NATIVE } }),
    over: { decoded, tx: tx({ chain: TESTNET, wallet: WALLET, fee: { asset: NATIVE, ceiling: TON, params: {} } }), tokens: TOKENS },
  }).then((judged) => ({ decision: judged.verdict, reasons: judged.reasons }));
  return [decision, reasons.map(({ code }) => code)];
}

const one = (mode: number, info: Parameters<typeof messageCell>[0] = {}, rest: Parameters<typeof messageCell>[1] = {}) =>
  decodeOrder(w5Of(messageCell(info, rest), mode), ALL_FACTS);
const change = (write: (to: ReturnType<typeof beginCell>) => ReturnType<typeof beginCell>): DecodedTransaction =>
  decodeOrder(w5(listOf([sendAction(messageCell())]), { tail: write(beginCell().storeBit(true)).endCell() }), ALL_FACTS);
const extra = Dictionary.empty(Dictionary.Keys.Uint(32), Dictionary.Values.BigVarUint(5)).set(100, 5n);
const init = { code: comment('code'), data: comment('data') };
const initCell = beginCell().storeUint(0b00110, 5).storeRef(init.code).storeRef(init.data).endCell();
const trap = `${TESTNET}:0:${initCell.hash().toString('hex')}` as AccountId;
const withTrap: readonly AccountFact[] = [...ALL_FACTS, { account: trap, state: 'empty', holds: null }];
const loot = listOf([sendAction(messageTo(THIEF, 900n * TON))]);
const harmless = listOf([sendAction(messageTo(BOB, 1n))]);
const highload = (list: Cell): Cell => asked(0xae42e5a4, (to) => to.storeRef(list));
const swap = (to: AccountId): DecodedTransaction =>
  decodeUse(JETTON_WALLET, tokenTransfer({ to: ROUTER, forward: TON / 5n, payload: swapV1(ROUTER_TOKENS, 90n, to) }));
const plain = (): DecodedTransaction => one(3);
const tokens = (given: Parameters<typeof tokenTransfer>[0] = {}, at = JETTON_WALLET): DecodedTransaction =>
  decodeBody(at, tokenTransfer({ to: BOB, ...given }));

interface Drain {
  readonly name: string;
  readonly code: ReasonCode;
  readonly drain: DecodedTransaction;
  /** Much the same without the trick: it passes. */
  readonly twin: DecodedTransaction;
}

const DRAINS: readonly Drain[] = [
  { name: 'mode 128', code: 'hazard_not_allowed', drain: one(130), twin: plain() },
  { name: 'mode 128 + 32', code: 'hazard_not_allowed', drain: one(162), twin: plain() },
  { name: 'mode 32', code: 'hazard_not_allowed', drain: one(34), twin: plain() },
  { name: 'mode 64', code: 'hazard_not_allowed', drain: one(66), twin: plain() },
  {
    name: 'an extension behind a payment',
    code: 'control_not_allowed',
    drain: change((to) => to.storeUint(2, 8).storeAddress(address(THIEF))),
    twin: decodeOrder(w5(listOf([sendAction(messageCell())])), ALL_FACTS),
  },
  {
    name: 'signatures switched off',
    code: 'control_not_allowed',
    drain: change((to) => to.storeUint(4, 8).storeBit(false)),
    twin: plain(),
  },
  {
    name: 'set code among the sends',
    code: 'effect_unknown',
    drain: decodeOrder(
      w5(listOf([sendAction(messageCell()), beginCell().storeUint(0xad4de08e, 32).storeRef(init.code).endCell()])),
      ALL_FACTS,
    ),
    twin: plain(),
  },
  { name: 'another currency', code: 'hazard_not_allowed', drain: one(3, { value: { coins: TON, other: extra } }), twin: plain() },
  {
    name: 'a state init',
    code: 'deploy_not_allowed',
    drain: decodeOrder(w5Of(messageCell({ dest: address(trap), bounce: false }, { init })), withTrap),
    twin: plain(),
  },
  {
    name: 'a bounce off an empty account',
    code: 'hazard_not_allowed',
    drain: one(3, { dest: address(NEW) }),
    twin: one(3, { dest: address(NEW), bounce: false }),
  },
  {
    name: 'a custom payload for the token account',
    code: 'effect_unknown',
    drain: tokens({ custom: comment('unlimited') }),
    twin: tokens(),
  },
  { name: 'an account that pretends to keep tokens', code: 'hazard_not_allowed', drain: tokens({}, POOL), twin: tokens() },
  { name: 'a token for a stranger', code: 'destination_not_allowed', drain: tokens({ to: THIEF }), twin: tokens() },
  { name: 'the rest of the coins for a stranger', code: 'destination_not_allowed', drain: tokens({ response: THIEF }), twin: tokens() },
  { name: 'a swap for a stranger', code: 'destination_not_allowed', drain: swap(THIEF), twin: swap(WALLET) },
  {
    name: 'a swap into what nobody knows',
    code: 'effect_unknown',
    drain: decodeUse(JETTON_WALLET, tokenTransfer({ to: ROUTER, forward: TON / 5n, payload: swapV1(THIEF, 90n, WALLET) })),
    twin: swap(WALLET),
  },
  { name: 'an item', code: 'limit_missing', drain: decodeBody(POOL, itemTransfer({ to: BOB })), twin: plain() },
  {
    name: 'the owner of a collection, or the admin of a token',
    code: 'control_not_allowed',
    drain: decodeBody(
      POOL,
      asked(3, (to) => to.storeAddress(address(THIEF))),
    ),
    twin: plain(),
  },
  {
    name: 'the wallet behind a name',
    code: 'control_not_allowed',
    drain: decodeBody(
      POOL,
      asked(0x4eb1f0f9, (to) => to.storeUint(7n, 256)),
    ),
    twin: plain(),
  },
  {
    name: 'invisible letters in a comment',
    code: 'hazard_not_allowed',
    drain: one(3, {}, { body: comment('to \u202eknab') }),
    twin: one(3, {}, { body: comment('to the bank') }),
  },
  {
    name: 'an encrypted comment',
    code: 'hazard_not_allowed',
    drain: one(3, {}, { body: bodyOf(0x2167da4b, (to) => to.storeBuffer(Buffer.alloc(80))) }),
    twin: plain(),
  },
  {
    name: 'a listed highload wallet that pays a stranger',
    code: 'destination_not_allowed',
    drain: decodeBody(POOL, highload(loot)),
    twin: decodeBody(POOL, highload(harmless)),
  },
  {
    name: 'a listed multisig that pays a stranger, two orders deep',
    code: 'destination_not_allowed',
    drain: decodeBody(POOL, newOrder(multisigOrder([multisigSend(messageTo(POOL, 1n, highload(loot)))]))),
    twin: decodeBody(POOL, newOrder(multisigOrder([multisigSend(messageTo(POOL, 1n, highload(harmless)))]))),
  },
  {
    name: 'an approval of what nobody sees',
    code: 'effect_unknown',
    drain: decodeBody(POOL, comment('approve')),
    twin: decodeBody(BOB, comment('approve')),
  },
];

describe('drains: each is denied for what it is, under the most open policy, and passes without its trick', () => {
  it.each(DRAINS)('$name', async ({ code, drain, twin }) => {
    const [decision, codes] = await verdict(drain);
    expect(decision).toBe('denied');
    expect(codes).toContain(code);
    expect(await verdict(twin)).toEqual(['approved', []]);
  });

  it('a protocol that is allowed by name serves the wallet, and nobody else', async () => {
    expect(await verdict(swap(WALLET), SWAPS)).toEqual(['approved', []]);
    expect((await verdict(swap(THIEF), SWAPS))[0]).toBe('denied');
    expect((await verdict(plain(), SWAPS))[0]).toBe('denied');
  });

  it('the test network’s order under the main network’s address, and the other way round', () => {
    const wallet = codec.walletOf(PUBLIC_KEY, 'ton:-239' as typeof TESTNET);
    expect(() => codec.adopt(bytesOf(w5Of(messageCell())), 'ton:-239' as typeof TESTNET, wallet, PUBLIC_KEY)).toThrow(
      expect.objectContaining({ details: expect.objectContaining({ reason: 'chain_id_mismatch' }) }),
    );
  });
});
