import { type Builder, beginCell, type Cell } from '@ton/core';
import { createTonAdapter, type TonProtocolOption } from '../../src/adapters/ton/index.ts';
import type { AccountFact, AccountId, DecodedTransaction } from '../../src/core/index.ts';
import { collectibleAsset } from '../../src/core/index.ts';
import { createManualClock } from '../../src/testing/index.ts';
import { ALL_FACTS, address, bodyOf } from './body-fixture.ts';
import { MINTER, OTHER_MINTER, on, PUBLIC_KEY, TESTNET, WALLET } from './codec-fixture.ts';
import { bytesOf, messageCell, w5Of } from './order-fixture.ts';

export const ROUTER = on('f1');
/** Where the router keeps coins, and the unlisted token. */
export const ROUTER_COINS = on('f2');
export const ROUTER_TOKENS = on('f3');
export const ROUTER_V2 = on('f4');
export const ROUTER_V2_COINS = on('f5');
export const ROUTER_V2_TOKENS = on('f6');
export const VAULT_COINS = on('f7');
export const VAULT_USD = on('f8');
/** Coins and USD; USD and the unlisted token. */
export const POOL_A = on('f9');
export const POOL_B = on('fa');
export const STAKE = on('fb');
export const STAKE_TOKEN = on('a3');
export const STAKE_WALLET = on('d3');
export const BEMO = on('fc');
export const NOMINATORS = on('fd');
export const SALE = on('fe');
export const ITEM = collectibleAsset(TESTNET, 'nft', on('ff'));

const raw = (account: AccountId): string => account.slice(TESTNET.length + 1);
export const CONTRACTS: readonly TonProtocolOption[] = [
  { protocol: 'stonfi-v1', role: 'router', address: raw(ROUTER) },
  { protocol: 'stonfi-v1', role: 'token_account', address: raw(ROUTER_COINS), tokens: ['native'], router: raw(ROUTER) },
  { protocol: 'stonfi-v1', role: 'token_account', address: raw(ROUTER_TOKENS), tokens: [raw(OTHER_MINTER)], router: raw(ROUTER) },
  { protocol: 'stonfi-v2', role: 'router', address: raw(ROUTER_V2) },
  { protocol: 'stonfi-v2', role: 'token_account', address: raw(ROUTER_V2_COINS), tokens: ['native'], router: raw(ROUTER_V2) },
  { protocol: 'stonfi-v2', role: 'token_account', address: raw(ROUTER_V2_TOKENS), tokens: [raw(OTHER_MINTER)], router: raw(ROUTER_V2) },
  { protocol: 'dedust', role: 'vault', address: raw(VAULT_COINS), tokens: ['native'] },
  { protocol: 'dedust', role: 'vault', address: raw(VAULT_USD), tokens: [raw(MINTER)] },
  { protocol: 'dedust', role: 'pool', address: raw(POOL_A), tokens: ['native', raw(MINTER)] },
  { protocol: 'dedust', role: 'pool', address: raw(POOL_B), tokens: [raw(OTHER_MINTER), raw(MINTER)] },
  { protocol: 'tonstakers', role: 'pool', address: raw(STAKE), tokens: [raw(STAKE_TOKEN)] },
  { protocol: 'bemo', role: 'pool', address: raw(BEMO), tokens: [raw(BEMO)] },
  { protocol: 'nominator-pool', role: 'pool', address: raw(NOMINATORS) },
  { protocol: 'getgems', role: 'sale', address: raw(SALE), tokens: [raw(on('ff'))] },
];

const adapter = (protocols: readonly TonProtocolOption[]) =>
  createTonAdapter({
    chains: [
      {
        chain: TESTNET,
        endpoint: 'http://127.0.0.1:1/',
        tokens: [{ symbol: 'USD', address: raw(MINTER), decimals: 6 }],
        protocols,
      },
    ],
    clock: createManualClock(),
  });

/** Every account of these tests has been read. */
export const fuzzFacts: readonly AccountFact[] = [
  ...ALL_FACTS,
  ...CONTRACTS.map((contract): AccountFact => ({ account: `${TESTNET}:${contract.address}` as AccountId, state: 'contract', holds: null })),
  { account: STAKE_WALLET, state: 'contract', holds: `${TESTNET}/jetton:0%3A${'a3'.repeat(32)}` as AccountFact['holds'] },
];
/** Knows the contracts above. */
export const fuzzCodec = adapter(CONTRACTS).codec;
const strict = adapter([]).codec;

/** What the codec says of one message to a contract; `registered: false` where no configuration names any. */
export function decodeUse(to: AccountId, body: Cell, value = 10n ** 9n, registered = true): DecodedTransaction {
  const bytes = bytesOf(w5Of(messageCell({ dest: address(to), value: { coins: value } }, { body })));
  const by = registered ? fuzzCodec : strict;
  return by.decode({ ...by.adopt(bytes, TESTNET, WALLET, PUBLIC_KEY), facts: fuzzFacts });
}

/** A swap of STON.fi, version 1. */
export const swapV1 = (tokens: AccountId, minOut: bigint, to: AccountId, more = (cell: Builder) => cell.storeBit(false)): Cell =>
  bodyOf(0x25938561, (cell) => more(cell.storeAddress(address(tokens)).storeCoins(minOut).storeAddress(address(to))));

export interface SwapV2 {
  readonly tokens?: AccountId;
  readonly refund?: AccountId;
  readonly excesses?: AccountId;
  readonly to?: AccountId;
  readonly minOut?: bigint;
  readonly payload?: Cell | null;
  readonly fee?: number;
}

/** A swap of STON.fi, version 2. */
export function swapV2(given: SwapV2 = {}): Cell {
  const { tokens = ROUTER_V2_TOKENS, refund = WALLET, excesses = WALLET, to = WALLET, minOut = 90n, payload = null, fee = 10 } = given;
  const inner = beginCell()
    .storeCoins(minOut)
    .storeAddress(address(to))
    .storeCoins(0)
    .storeMaybeRef(payload)
    .storeCoins(0)
    .storeMaybeRef(null)
    .storeUint(fee, 16)
    .storeAddress(null)
    .endCell();
  return bodyOf(0x6664de2a, (cell) =>
    cell
      .storeAddress(address(tokens))
      .storeAddress(address(refund))
      .storeAddress(address(excesses))
      .storeUint(2_000_000_000, 64)
      .storeRef(inner),
  );
}

export interface VaultSwap {
  readonly pools?: readonly (readonly [AccountId, bigint])[];
  readonly to?: AccountId | null;
  readonly payload?: Cell | null;
  readonly kind?: number;
}

/** The steps and terms of a swap at a DeDust vault. */
export function vaultSwap({ pools = [[POOL_A, 90n]], to = null, payload = null, kind = 0 }: VaultSwap): (cell: Builder) => Builder {
  const step = (cell: Builder, at: number): Builder => {
    const [pool, limit] = pools[at] as readonly [AccountId, bigint];
    const next = at + 1 < pools.length ? step(beginCell(), at + 1).endCell() : null;
    return cell.storeAddress(address(pool)).storeUint(kind, 1).storeCoins(limit).storeMaybeRef(next);
  };
  const params = beginCell()
    .storeUint(0, 32)
    .storeAddress(to === null ? null : address(to))
    .storeAddress(null)
    .storeMaybeRef(payload)
    .storeMaybeRef(null)
    .endCell();
  return (cell) => step(cell, 0).storeRef(params);
}
