import type { AccountStorage, Address } from '@ton/core';
import { beginCell, Cell, loadShardAccount, storeAccountStorage, storeShardAccount } from '@ton/core';
import type { AccountState } from '../account-state.ts';
import { malformed } from '../answer.ts';
import type { StorageDebt } from './storage-stats.ts';
import { sizeOf } from './storage-stats.ts';

/** What an account has and is at one point of a simulation. */
export interface Standing {
  readonly state: AccountState['state'];
  /** Nanoton. */
  readonly balance: bigint;
  readonly code: Cell | null;
  readonly data: Cell | null;
  /** Logical time of its newest transaction; 0 where there is none. */
  readonly lastLt: bigint;
  readonly debt: StorageDebt;
  /** `ShardAccount` as a bag of cells in base64: what the virtual machine takes. `later` seconds are taken as paid for. */
  raw(later: number): string;
}

/** What a standing is made of. */
type StandingParts = Pick<AccountState, 'state' | 'balance' | 'code' | 'data' | 'frozenHash' | 'lastLt' | 'lastHash'> & {
  readonly debt: StorageDebt;
};

const spell = (cell: Cell): string => cell.toBoc({ idx: false, crc32: false }).toString('base64');

/** `ShardAccount` of an account that is not there: none yet, or none any more. One without code and money ceases to be. */
function writeNone(lastLt: bigint, lastHash: string): string {
  const none = beginCell().storeBit(false).endCell();
  return spell(
    beginCell()
      .storeRef(none)
      .storeUint(BigInt(`0x${lastHash}`), 256)
      .storeUint(lastLt, 64)
      .endCell(),
  );
}

function storageOf({ state, balance, code, data, frozenHash, lastLt }: StandingParts): AccountStorage {
  if (state === 'frozen' && frozenHash === null) throw malformed('account.frozen_hash');
  return {
    lastTransLt: lastLt === 0n ? 0n : lastLt + 1n,
    balance: { coins: balance },
    state:
      state === 'active'
        ? { type: 'active', state: { code, data } }
        : state === 'frozen'
          ? { type: 'frozen', stateHash: BigInt(`0x${frozenHash}`) }
          : { type: 'uninit' },
  };
}

/** Puts a standing together. */
export function makeStanding(address: Address, parts: StandingParts): Standing {
  const { state, balance, code, data, lastLt, lastHash, debt } = parts;
  const seen = { state, balance, code, data, lastLt, debt };
  if (state === 'uninit' && balance === 0n) {
    const none = writeNone(lastLt, lastHash);
    return { ...seen, raw: () => none };
  }
  const storage = storageOf(parts);
  const used = sizeOf(beginCell().store(storeAccountStorage(storage)).endCell());
  const spelled = new Map<number, string>();
  const write = (lastPaid: number): string => {
    const storageStats = { used, lastPaid, storageExtra: null, ...(debt.due === null ? {} : { duePayment: debt.due }) };
    const shard = {
      account: { addr: address, storage, storageStats },
      lastTransactionLt: lastLt,
      lastTransactionHash: BigInt(`0x${lastHash}`),
    };
    return spell(beginCell().store(storeShardAccount(shard)).endCell());
  };
  return {
    ...seen,
    raw(later) {
      const lastPaid = debt.lastPaid === 0 ? 0 : debt.lastPaid + later;
      const known = spelled.get(lastPaid) ?? write(lastPaid);
      spelled.set(lastPaid, known);
      return known;
    },
  };
}

/** Reads what the virtual machine gave back. An account that was destroyed is empty. */
export function readStanding(raw: string, debt: StorageDebt): Standing {
  const { account, lastTransactionLt } = loadShardAccount(Cell.fromBase64(raw).beginParse());
  const storage = account?.storage;
  const inside = storage?.state.type === 'active' ? storage.state.state : null;
  return {
    state: storage?.state.type ?? 'uninit',
    balance: storage?.balance.coins ?? 0n,
    code: inside?.code ?? null,
    data: inside?.data ?? null,
    lastLt: lastTransactionLt,
    debt,
    raw: () => raw,
  };
}
