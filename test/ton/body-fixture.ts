import { type Address, type Builder, beginCell, Cell, Dictionary } from '@ton/core';
import { addressOf } from '../../src/adapters/ton/address.ts';
import type { AccountFact, AccountId, DecodedTransaction, Effect } from '../../src/core/index.ts';
import { FACTS, on, TESTNET, WALLET } from './codec-fixture.ts';
import { decodeOrder, messageCell, w5Of } from './order-fixture.ts';

export const address = (account: AccountId): Address => addressOf(account, TESTNET);
export const THIEF = on('ee');
/** Every account of these tests has been read, the thief’s as a wallet. */
export const ALL_FACTS: readonly AccountFact[] = [...FACTS, { account: THIEF, state: 'wallet', holds: null }];

/** A body: its operation, and what follows. */
export function bodyOf(op: number, write: (to: Builder) => Builder = (to) => to): Cell {
  return write(beginCell().storeUint(op, 32)).endCell();
}

/** An operation with a query id. */
export const asked = (op: number, write: (to: Builder) => Builder = (to) => to): Cell => bodyOf(op, (to) => write(to.storeUint(1, 64)));

/** What the codec says of one message from the wallet. */
export function decodeBody(to: AccountId, body: Cell, value = 10n ** 9n, facts: readonly AccountFact[] = ALL_FACTS): DecodedTransaction {
  return decodeOrder(w5Of(messageCell({ dest: address(to), value: { coins: value } }, { body })), facts);
}

/** A message to `to` as it stands in a list of actions. */
export const messageTo = (to: AccountId, value = 10n ** 9n, body = Cell.EMPTY): Cell =>
  messageCell({ dest: address(to), value: { coins: value } }, { body });

export interface TokenOrder {
  readonly amount?: bigint;
  readonly to?: AccountId;
  readonly response?: AccountId | null;
  readonly custom?: Cell | null;
  readonly forward?: bigint;
  readonly payload?: Cell;
}

/** A token transfer as TEP-74 has it, its payload in a cell of its own. */
export function tokenTransfer({ amount = 500n, to = THIEF, response = WALLET, custom = null, forward = 1n, payload }: TokenOrder): Cell {
  return asked(0x0f8a7ea5, (cell) =>
    cell
      .storeCoins(amount)
      .storeAddress(address(to))
      .storeAddress(response === null ? null : address(response))
      .storeMaybeRef(custom)
      .storeCoins(forward)
      .storeMaybeRef(payload ?? null),
  );
}

/** The transfer of an item as TEP-62 has it. */
export function itemTransfer({ to = THIEF, response = WALLET, custom = null, forward = 0n, payload }: TokenOrder): Cell {
  return asked(0x5fcc3d14, (cell) =>
    cell
      .storeAddress(address(to))
      .storeAddress(response === null ? null : address(response))
      .storeMaybeRef(custom)
      .storeCoins(forward)
      .storeMaybeRef(payload ?? null),
  );
}

/** The actions of a multisig order, by their places. */
export function multisigOrder(actions: readonly Cell[]): Cell {
  const dictionary = Dictionary.empty(Dictionary.Keys.Uint(8), Dictionary.Values.Cell());
  for (const [index, action] of actions.entries()) dictionary.set(index, action);
  return beginCell().storeDictDirect(dictionary).endCell();
}

export const multisigSend = (message: Cell, mode = 1): Cell => bodyOf(0xf1381e5b, (to) => to.storeUint(mode, 8).storeRef(message));

/** `multisig_new_order` around actions. */
export const newOrder = (order: Cell): Cell =>
  asked(0xf718510f, (to) => to.storeUint(5n, 256).storeBit(true).storeUint(0, 8).storeUint(2_000_000_000, 48).storeRef(order));

type Kind = Effect['kind'];
/** All effects of one kind. */
export function effectsOf<K extends Kind>(decoded: DecodedTransaction, kind: K): readonly Extract<Effect, { kind: K }>[] {
  return decoded.effects.filter((effect): effect is Extract<Effect, { kind: K }> => effect.kind === kind);
}
