import { beginCell, Cell, comment } from '@ton/core';
import { walletAccount } from '../../../src/adapters/ton/wallet-contract.ts';
import type { AccountId } from '../../../src/core/index.ts';
import {
  address,
  asked,
  bodyOf,
  itemTransfer,
  messageTo,
  multisigOrder,
  multisigSend,
  newOrder,
  THIEF,
  tokenTransfer,
} from '../body-fixture.ts';
import { BOB, JETTON_WALLET, NEW, POOL, PUBLIC_KEY, TESTNET, WALLET } from '../codec-fixture.ts';
import { bytesOf, listOf, messageCell, sendAction, w5 } from '../order-fixture.ts';
import {
  BEMO,
  NOMINATORS,
  POOL_A,
  POOL_B,
  ROUTER,
  ROUTER_COINS,
  ROUTER_TOKENS,
  ROUTER_V2,
  SALE,
  STAKE,
  STAKE_WALLET,
  swapV1,
  swapV2,
  VAULT_COINS,
  VAULT_USD,
  vaultSwap,
} from '../protocol-fixture.ts';

/** A payload to begin from, and the wallet that it is for. */
export interface Seed {
  readonly payload: Uint8Array;
  readonly wallet: AccountId;
}

export const W4 = walletAccount('v4r2', PUBLIC_KEY, TESTNET);
export const W3 = walletAccount('v3r2', PUBLIC_KEY, TESTNET);
const FORWARD = 10n ** 8n;
const inner = listOf([sendAction(messageTo(BOB, 7n)), sendAction(messageTo(JETTON_WALLET, 7n, tokenTransfer({})), 128)]);
const deposit = tokenTransfer({ to: ROUTER, response: null, amount: 5n, payload: swapV1(ROUTER_TOKENS, 9n, WALLET) });

/** Every kind of body that is read, beside a few that are not. */
const MESSAGES: readonly Cell[] = [
  messageTo(BOB),
  messageTo(BOB, 5n, comment('tea for two, and two for tea')),
  messageTo(BOB, 5n, comment('абв'.repeat(200))),
  messageTo(
    BOB,
    5n,
    bodyOf(0x2167da4b, (to) => to.storeBuffer(Buffer.alloc(80, 3))),
  ),
  messageTo(JETTON_WALLET, 5n, tokenTransfer({ forward: FORWARD, payload: comment('x') })),
  messageTo(JETTON_WALLET, 5n, tokenTransfer({ response: THIEF, custom: comment('x') })),
  messageTo(JETTON_WALLET, 5n, tokenTransfer({ to: ROUTER, forward: FORWARD, payload: swapV1(ROUTER_TOKENS, 9n, WALLET) })),
  messageTo(JETTON_WALLET, 5n, tokenTransfer({ to: ROUTER_V2, forward: FORWARD, payload: swapV2() })),
  messageTo(
    JETTON_WALLET,
    5n,
    tokenTransfer({
      to: VAULT_USD,
      forward: FORWARD,
      payload: bodyOf(
        0xe3a0d482,
        vaultSwap({
          pools: [
            [POOL_B, 1n],
            [POOL_B, 2n],
            [POOL_A, 3n],
          ],
        }),
      ),
    }),
  ),
  messageTo(
    VAULT_COINS,
    9n,
    asked(0xea06185d, (to) => vaultSwap({})(to.storeCoins(5n))),
  ),
  messageTo(ROUTER_COINS, 9n, deposit),
  messageTo(STAKE, 9n, asked(0x47d54391)),
  messageTo(
    BEMO,
    9n,
    asked(0x4253c4d5, (to) => to.storeCoins(0).storeBit(false)),
  ),
  messageTo(NOMINATORS, 9n, comment('d')),
  messageTo(SALE, 9n, asked(2)),
  messageTo(
    STAKE_WALLET,
    9n,
    asked(0x595f07bc, (to) => to.storeCoins(5n).storeAddress(address(WALLET)).storeBit(false)),
  ),
  messageTo(POOL, 9n, itemTransfer({ forward: FORWARD, payload: comment('x') })),
  messageTo(POOL, 9n, asked(0x1f04537a)),
  messageTo(
    POOL,
    9n,
    asked(3, (to) => to.storeAddress(address(THIEF))),
  ),
  messageTo(
    POOL,
    9n,
    asked(21, (to) =>
      to
        .storeAddress(address(THIEF))
        .storeCoins(1)
        .storeRef(asked(0x178d4519, (cell) => cell.storeCoins(5n))),
    ),
  ),
  messageTo(
    POOL,
    9n,
    asked(0xae42e5a4, (to) => to.storeRef(inner)),
  ),
  messageTo(
    POOL,
    9n,
    asked(0x6578746e, (to) => to.storeMaybeRef(inner).storeBit(true).storeUint(2, 8).storeAddress(address(THIEF))),
  ),
  messageTo(
    POOL,
    9n,
    bodyOf(0x73696e74, (to) => to.storeUint(0, 96).storeMaybeRef(inner).storeBit(false).storeBuffer(Buffer.alloc(64, 7))),
  ),
  messageTo(
    POOL,
    9n,
    newOrder(
      multisigOrder([
        multisigSend(messageTo(BOB)),
        multisigSend(
          messageTo(
            POOL,
            1n,
            asked(0xae42e5a4, (to) => to.storeRef(inner)),
          ),
        ),
      ]),
    ),
  ),
  messageTo(
    POOL,
    9n,
    asked(0x12345678, (to) => to.storeUint(5, 99)),
  ),
  messageCell({ dest: address(NEW), bounce: false }, { init: { code: comment('code'), data: comment('data') } }),
];

const plain = (version: 'v4' | 'v3', message: Cell): Seed => {
  const head = beginCell().storeUint(698_983_191, 32).storeUint(1_800_000_000, 32).storeUint(7, 32);
  if (version === 'v4') head.storeUint(0, 8);
  return { payload: bytesOf(head.storeUint(3, 8).storeRef(message).endCell()), wallet: version === 'v4' ? W4 : W3 };
};

const plugin = beginCell().storeUint(698_983_191, 32).storeUint(1_800_000_000, 32).storeUint(7, 32).storeUint(2, 8);
const changes = beginCell()
  .storeBit(true)
  .storeUint(2, 8)
  .storeAddress(address(POOL))
  .storeRef(beginCell().storeUint(4, 8).storeBit(false).endCell());

/** One seed for each body, several together, and the other kinds of orders. */
export const SEEDS: readonly Seed[] = [
  ...MESSAGES.map((message): Seed => ({ payload: bytesOf(w5(listOf([sendAction(message)]))), wallet: WALLET })),
  { payload: bytesOf(w5(listOf(MESSAGES.slice(0, 8).map((message) => sendAction(message))))), wallet: WALLET },
  { payload: bytesOf(w5(listOf([sendAction(messageTo(BOB), 130)]), { tail: changes.endCell() })), wallet: WALLET },
  { payload: bytesOf(w5(listOf([beginCell().storeUint(0xad4de08e, 32).storeRef(Cell.EMPTY).endCell()]))), wallet: WALLET },
  ...MESSAGES.slice(0, 6).flatMap((message) => [plain('v4', message), plain('v3', message)]),
  { payload: bytesOf(plugin.storeInt(0, 8).storeBuffer(address(POOL).hash).storeCoins(5).storeUint(9, 64).endCell()), wallet: W4 },
];
