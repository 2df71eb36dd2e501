import { type Address, beginCell, Cell, loadShardAccount } from '@ton/core';

/** What can be read about an account. */
export interface AccountView {
  /** `nonexist`: the account was never credited, or it was destroyed. */
  readonly status: 'nonexist' | 'uninit' | 'active' | 'frozen';
  /** Nanoton. */
  readonly balance: bigint;
  readonly code: Cell | null;
  readonly data: Cell | null;
  readonly frozenHash: bigint | null;
  readonly lastLt: bigint;
  readonly lastHash: bigint;
  /** Nanounits by currency id. */
  readonly extraCurrencies: readonly (readonly [id: number, amount: bigint])[];
}

/** One state of one account; it never changes. */
export interface Account {
  /** BoC of the `ShardAccount`, base64, as the executor takes and gives it. */
  readonly boc: string;
  /** Read at the first call. */
  view(): AccountView;
}

/** Wraps what the executor gave. */
export function toAccount(boc: string): Account {
  let seen: AccountView | undefined;
  return {
    boc,
    view() {
      seen ??= readView(boc);
      return seen;
    },
  };
}

/** The state of each account before its first message. */
export const NO_ACCOUNT: Account = toAccount(
  beginCell().storeRef(beginCell().storeBit(false).endCell()).storeUint(0, 256).storeUint(0, 64).endCell().toBoc().toString('base64'),
);

function readView(boc: string): AccountView {
  const { account, lastTransactionLt: lastLt, lastTransactionHash: lastHash } = loadShardAccount(Cell.fromBase64(boc).beginParse());
  const nothing = { code: null, data: null, frozenHash: null, lastLt, lastHash };
  if (account === undefined || account === null) return { ...nothing, status: 'nonexist', balance: 0n, extraCurrencies: [] };
  const { balance, state } = account.storage;
  const extraCurrencies = balance.other === undefined || balance.other === null ? [] : [...balance.other];
  const held = { ...nothing, balance: balance.coins, extraCurrencies };
  if (state.type === 'frozen') return { ...held, status: 'frozen', frozenHash: state.stateHash };
  if (state.type === 'uninit') return { ...held, status: 'uninit' };
  return { ...held, status: 'active', code: state.state.code ?? null, data: state.state.data ?? null };
}

/** Under which an account is kept: its raw form. */
export const keyOf = (address: Address): string => address.toRawString();
