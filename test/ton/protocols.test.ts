import { beginCell, comment } from '@ton/core';
import { describe, expect, it } from 'vitest';
import type { AccountId, AssetId, DecodedTransaction } from '../../src/core/index.ts';
import { tokenAsset } from '../../src/core/index.ts';
import { asked, bodyOf, effectsOf, THIEF, tokenTransfer } from './body-fixture.ts';
import { JETTON_WALLET, NATIVE, TESTNET, UNLISTED, USD, WALLET } from './codec-fixture.ts';
import { outflows, unknownsOf } from './order-fixture.ts';
import {
  BEMO,
  decodeUse,
  ITEM,
  NOMINATORS,
  POOL_A,
  POOL_B,
  ROUTER,
  ROUTER_COINS,
  ROUTER_TOKENS,
  ROUTER_V2,
  ROUTER_V2_COINS,
  ROUTER_V2_TOKENS,
  SALE,
  STAKE,
  STAKE_TOKEN,
  STAKE_WALLET,
  swapV1,
  swapV2,
  VAULT_COINS,
  VAULT_USD,
  vaultSwap,
} from './protocol-fixture.ts';

const TON = 10n ** 9n;
const FORWARD = TON / 5n;
const payTo = (to: AccountId, payload: ReturnType<typeof bodyOf>, registered = true): DecodedTransaction =>
  decodeUse(JETTON_WALLET, tokenTransfer({ to, forward: FORWARD, payload }), TON, registered);
/** Coins for a router’s own account, version 1: the order of any token. */
const coinsV1 = (payload: ReturnType<typeof bodyOf>, amount = TON / 2n, to = ROUTER): ReturnType<typeof bodyOf> =>
  tokenTransfer({ amount, to, response: null, forward: FORWARD, payload });
const coinsV2 = (payload: ReturnType<typeof bodyOf>, refund = WALLET, amount = TON / 2n): ReturnType<typeof bodyOf> =>
  asked(0x01f3835d, (cell) => {
    const [, hash] = refund.split(':0:') as [string, string];
    return cell
      .storeCoins(amount)
      .storeUint(0b100, 3)
      .storeInt(0, 8)
      .storeBuffer(Buffer.from(hash, 'hex'))
      .storeBit(true)
      .storeRef(payload);
  });
const gains = (found: DecodedTransaction): [AccountId, AssetId, bigint][] =>
  effectsOf(found, 'inflow').flatMap(({ account, asset, amount, counterparty }) =>
    counterparty === WALLET ? [] : [[account, asset, amount] as [AccountId, AssetId, bigint]],
  );
const callsOf = (found: DecodedTransaction) =>
  effectsOf(found, 'call').map(({ contract, protocol, capability, method }) => [contract, protocol, capability, method]);

describe('swaps: what goes in, the least that comes out, and for whom', () => {
  it.each([
    ['STON.fi v1, tokens', payTo(ROUTER, swapV1(ROUTER_TOKENS, 90n, WALLET)), ROUTER, 'stonfi-v1', UNLISTED, USD],
    [
      'STON.fi v1, coins',
      decodeUse(ROUTER_COINS, coinsV1(swapV1(ROUTER_TOKENS, 90n, WALLET))),
      ROUTER_COINS,
      'stonfi-v1',
      UNLISTED,
      NATIVE,
    ],
    ['STON.fi v1, tokens for coins', payTo(ROUTER, swapV1(ROUTER_COINS, 90n, WALLET)), ROUTER, 'stonfi-v1', NATIVE, USD],
    ['STON.fi v2, tokens', payTo(ROUTER_V2, swapV2()), ROUTER_V2, 'stonfi-v2', UNLISTED, USD],
    ['STON.fi v2, coins', decodeUse(ROUTER_V2_COINS, coinsV2(swapV2())), ROUTER_V2_COINS, 'stonfi-v2', UNLISTED, NATIVE],
    ['DeDust, tokens', payTo(VAULT_USD, bodyOf(0xe3a0d482, vaultSwap({}))), VAULT_USD, 'dedust', NATIVE, USD],
    [
      'DeDust, coins',
      decodeUse(
        VAULT_COINS,
        asked(0xea06185d, (to) => vaultSwap({})(to.storeCoins(TON / 2n))),
      ),
      VAULT_COINS,
      'dedust',
      USD,
      NATIVE,
    ],
    [
      'DeDust, through two pools',
      payTo(
        VAULT_USD,
        bodyOf(
          0xe3a0d482,
          vaultSwap({
            pools: [
              [POOL_B, 1n],
              [POOL_B, 5n],
              [POOL_A, 90n],
            ],
          }),
        ),
      ),
      VAULT_USD,
      'dedust',
      NATIVE,
      USD,
    ],
  ] as const)('%s', (_, found, contract, protocol, out, paid) => {
    expect(found.complete).toBe(true);
    expect(callsOf(found)).toEqual([[contract, protocol, 'trading', 'swap']]);
    expect(gains(found)).toEqual([[WALLET, out, 90n]]);
    const amounts = outflows(found).filter(([, asset]) => asset === paid);
    expect(amounts).toEqual([[contract, paid, paid === USD ? 500n : TON]]);
    if (paid === USD) expect(outflows(found)).toContainEqual([contract, NATIVE, FORWARD]);
  });

  it.each([
    ['STON.fi v1', payTo(ROUTER, swapV1(ROUTER_TOKENS, 90n, THIEF)), USD],
    ['STON.fi v1, coins', decodeUse(ROUTER_COINS, coinsV1(swapV1(ROUTER_TOKENS, 90n, THIEF))), NATIVE],
    [
      'STON.fi v1, what comes back',
      decodeUse(ROUTER_COINS, tokenTransfer({ amount: 1n, to: ROUTER, response: THIEF, payload: swapV1(ROUTER_TOKENS, 90n, WALLET) })),
      NATIVE,
    ],
    ['STON.fi v2', payTo(ROUTER_V2, swapV2({ to: THIEF })), USD],
    ['STON.fi v2, what comes back', payTo(ROUTER_V2, swapV2({ refund: THIEF })), USD],
    ['STON.fi v2, what is left over', payTo(ROUTER_V2, swapV2({ excesses: THIEF })), USD],
    ['STON.fi v2, coins that come back', decodeUse(ROUTER_V2_COINS, coinsV2(swapV2(), THIEF)), NATIVE],
    ['DeDust', payTo(VAULT_USD, bodyOf(0xe3a0d482, vaultSwap({ to: THIEF }))), USD],
    [
      'DeDust, coins',
      decodeUse(
        VAULT_COINS,
        asked(0xea06185d, (to) => vaultSwap({ to: THIEF })(to.storeCoins(1n))),
      ),
      NATIVE,
    ],
  ] as const)('for a stranger it is a payment to the stranger: %s', (_, found, paid) => {
    expect(outflows(found).filter(([, asset]) => asset === paid)[0]?.[0]).toBe(THIEF);
    expect(effectsOf(found, 'call')[0]?.args).toMatchObject({ amount: expect.any(String) });
  });

  it.each([
    ['an output that nobody registered', payTo(ROUTER, swapV1(THIEF, 90n, WALLET))],
    ['another router’s account', payTo(ROUTER, swapV1(ROUTER_V2_TOKENS, 90n, WALLET))],
    ['a pool as the output', payTo(ROUTER, swapV1(POOL_A, 90n, WALLET))],
    [
      'more than the form holds',
      payTo(
        ROUTER,
        swapV1(ROUTER_TOKENS, 90n, WALLET, (cell) => cell.storeUint(0, 2)),
      ),
    ],
    ['version 2 at a router of version 1', payTo(ROUTER, swapV2())],
    ['coins for another router', decodeUse(ROUTER_COINS, coinsV1(swapV1(ROUTER_TOKENS, 9n, WALLET), 1n, THIEF))],
    ['more coins than were sent', decodeUse(ROUTER_COINS, coinsV1(swapV1(ROUTER_TOKENS, 9n, WALLET), 2n * TON))],
    ['a payload for whoever gets it', payTo(ROUTER_V2, swapV2({ payload: comment('x') }))],
    ['a referrer who takes more than the router allows', payTo(ROUTER_V2, swapV2({ fee: 101 }))],
    ['a pool that nobody registered', payTo(VAULT_USD, bodyOf(0xe3a0d482, vaultSwap({ pools: [[THIEF, 90n]] })))],
    [
      'a pool that does not take this token',
      payTo(
        VAULT_USD,
        bodyOf(
          0xe3a0d482,
          vaultSwap({
            pools: [
              [POOL_A, 1n],
              [POOL_B, 90n],
            ],
          }),
        ),
      ),
    ],
    ['a swap by what comes out', payTo(VAULT_USD, bodyOf(0xe3a0d482, vaultSwap({ kind: 1 })))],
    ['a payload for the recipient', payTo(VAULT_USD, bodyOf(0xe3a0d482, vaultSwap({ payload: comment('x') })))],
    ['a vault of another token', payTo(VAULT_COINS, bodyOf(0xe3a0d482, vaultSwap({})))],
    [
      'more steps than anybody needs',
      payTo(VAULT_USD, bodyOf(0xe3a0d482, vaultSwap({ pools: Array.from({ length: 9 }, () => [POOL_A, 1n] as const) }))),
    ],
    ['an order that the router does not know', payTo(ROUTER, bodyOf(0xfcf9e58f))],
    [
      'no coins for the order',
      decodeUse(JETTON_WALLET, tokenTransfer({ to: ROUTER, forward: 1n, payload: swapV1(ROUTER_TOKENS, 9n, WALLET) })),
    ],
    [
      'a custom payload beside the swap',
      decodeUse(
        JETTON_WALLET,
        tokenTransfer({ to: ROUTER, forward: FORWARD, custom: comment('x'), payload: swapV1(ROUTER_TOKENS, 9n, WALLET) }),
      ),
    ],
  ])('%s is unknown', (_, found) => {
    expect(found.complete).toBe(false);
    expect(unknownsOf(found).length).toBeGreaterThan(0);
  });

  it('at a contract that no configuration names nothing of it is believed', () => {
    for (const [to, body] of [
      [ROUTER, swapV1(ROUTER_TOKENS, 90n, WALLET)],
      [VAULT_USD, bodyOf(0xe3a0d482, vaultSwap({}))],
    ] as const) {
      const found = payTo(to, body, false);
      expect(unknownsOf(found)[0]).toMatchObject({ contract: to, detail: 'the payload for the recipient is no text' });
      expect(effectsOf(found, 'call').some(({ protocol }) => protocol !== undefined)).toBe(false);
    }
    expect(
      decodeUse(
        VAULT_COINS,
        asked(0xea06185d, (to) => vaultSwap({})(to.storeCoins(1n))),
        TON,
        false,
      ).complete,
    ).toBe(false);
  });
});

describe('staking', () => {
  const deposit = asked(0x47d54391, (to) => to.storeUint(5n, 64));
  it.each([
    ['Tonstakers', STAKE, asked(0x47d54391), 'tonstakers', 'stake'],
    ['Tonstakers, with a referrer', STAKE, deposit, 'tonstakers', 'stake'],
    ['bemo', BEMO, asked(0x4253c4d5, (to) => to.storeCoins(0).storeBit(false)), 'bemo', 'stake'],
    ['a nominator pool', NOMINATORS, comment('d'), 'nominator-pool', 'stake'],
    ['out of a nominator pool', NOMINATORS, comment('w'), 'nominator-pool', 'unstake'],
  ])('%s', (_, to, body, protocol, method) => {
    const found = decodeUse(to, body);
    expect(callsOf(found)).toEqual([[to, protocol, 'staking', method]]);
    expect(outflows(found)).toEqual([[to, NATIVE, TON]]);
    expect(found.complete).toBe(true);
    expect(effectsOf(decodeUse(to, body, TON, false), 'call').some(({ capability }) => capability === 'staking')).toBe(false);
  });

  it.each([
    ['a deposit with more in it', STAKE, asked(0x47d54391, (to) => to.storeUint(5n, 72))],
    ['a payload for whoever is notified', BEMO, asked(0x4253c4d5, (to) => to.storeCoins(0).storeBit(true).storeRef(comment('x')))],
    ['another operation of the pool', STAKE, asked(0x319b0cdc)],
  ])('%s is unknown', (_, to, body) => expect(decodeUse(to, body).complete).toBe(false));

  it('a longer text to a nominator pool is a text', () => {
    expect(callsOf(decodeUse(NOMINATORS, comment('dd')))).toEqual([]);
    expect(effectsOf(decodeUse(NOMINATORS, comment('dd')), 'message')[0]).toMatchObject({ text: 'dd' });
  });

  it('burning the pool’s token is the way out, and the switches are no mystery', () => {
    const switches = beginCell().storeBit(true).storeBit(false).endCell();
    const burn = (custom: typeof switches | null, response = WALLET) =>
      asked(0x595f07bc, (to) => {
        const [, hash] = response.split(':0:') as [string, string];
        return to.storeCoins(500n).storeUint(0b100, 3).storeInt(0, 8).storeBuffer(Buffer.from(hash, 'hex')).storeMaybeRef(custom);
      });
    const token = tokenAsset(TESTNET, STAKE_TOKEN);
    const found = decodeUse(STAKE_WALLET, burn(switches));
    expect(found.complete).toBe(true);
    expect(callsOf(found)).toEqual([[STAKE_WALLET, 'tonstakers', 'staking', 'unstake']]);
    expect(effectsOf(found, 'call')[0]?.args).toEqual({ amount: '500', wait_till_round_end: 'true', fill_or_kill: 'false' });
    expect(outflows(found)).toEqual([[null, token, 500n]]);
    // The coins that were staked go where the rest goes.
    expect(outflows(decodeUse(STAKE_WALLET, burn(switches, THIEF)))).toEqual([
      [THIEF, token, 500n],
      [THIEF, NATIVE, TON],
    ]);
    expect(decodeUse(STAKE_WALLET, burn(comment('x'))).complete).toBe(false);
    expect(decodeUse(STAKE_WALLET, burn(switches), TON, false).complete).toBe(false);
    expect(decodeUse(JETTON_WALLET, burn(switches)).complete).toBe(false);
  });
});

describe('a sale of getgems', () => {
  it.each([
    ['nothing at all buys', beginCell().endCell(), 'buy'],
    ['the operation buys', asked(2), 'buy'],
    ['and takes back', asked(3), 'cancel_sale'],
  ])('%s', (_, body, method) => {
    const found = decodeUse(SALE, body);
    expect(callsOf(found)).toEqual([[SALE, 'getgems', 'nft', method]]);
    expect(gains(found)).toEqual([[WALLET, ITEM, 1n]]);
    expect(outflows(found)).toEqual([[SALE, NATIVE, TON]]);
  });

  it('another price is not ours to set', () => expect(decodeUse(SALE, asked(0x6c6c2080)).complete).toBe(false));
  it('where nobody registered it, coins are coins', () => {
    expect(callsOf(decodeUse(SALE, beginCell().endCell(), TON, false))).toEqual([]);
    expect(callsOf(decodeUse(SALE, beginCell().endCell(), TON, true))).toHaveLength(1);
    expect(ROUTER_V2_TOKENS).not.toBe(ROUTER_TOKENS);
  });
});
