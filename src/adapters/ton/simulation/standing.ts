import type { Address } from '@ton/core';
import { beginCell, Cell, loadShardAccount, storeShardAccount } from '@ton/core';
import type { AccountState } from '../account-state.ts';
import { malformed } from '../answer.ts';

/** What an account has and is at one point of a simulation. */
export interface Standing {
  readonly state: AccountState['state'];
  /** Nanoton. */
  readonly balance: bigint;
  readonly code: Cell | null;
  readonly data: Cell | null;
  /** Logical time of its newest transaction; 0 where there is none. */
  readonly lastLt: bigint;
  /** `ShardAccount` as a bag of cells in base64: what the virtual machine takes and gives. */
  readonly raw: string;
}

const spell = (cell: Cell): string => cell.toBoc({ idx: false, crc32: false }).toString('base64');

/** `account_none`, no transaction yet. */
const NONE = spell(beginCell().storeRef(beginCell().storeBit(false).endCell()).storeUint(0, 256).storeUint(0, 64).endCell());

/** Puts a standing together. Nothing has been paid for storage since time 0, which the machine takes as "owes nothing". */
export function makeStanding(
  address: Address,
  given: Pick<AccountState, 'state' | 'balance' | 'code' | 'data' | 'frozenHash' | 'lastLt' | 'lastHash'>,
): Standing {
  const { state, balance, code, data, lastLt } = given;
  if (state === 'frozen' && given.frozenHash === null) throw malformed('account.frozen_hash');
  if (state === 'uninit' && balance === 0n && lastLt === 0n) return { state, balance, code, data, lastLt, raw: NONE };
  const cell = beginCell()
    .store(
      storeShardAccount({
        account: {
          addr: address,
          storage: {
            lastTransLt: lastLt === 0n ? 0n : lastLt + 1n,
            balance: { coins: balance },
            state:
              state === 'active'
                ? { type: 'active', state: { code, data } }
                : state === 'frozen'
                  ? { type: 'frozen', stateHash: BigInt(`0x${given.frozenHash}`) }
                  : { type: 'uninit' },
          },
          storageStats: { used: { cells: 0n, bits: 0n }, lastPaid: 0, storageExtra: null },
        },
        lastTransactionLt: lastLt,
        lastTransactionHash: BigInt(`0x${given.lastHash}`),
      }),
    )
    .endCell();
  return { state, balance, code, data, lastLt, raw: spell(cell) };
}

/** Reads what the virtual machine gave back. An account that was destroyed is empty. */
export function readStanding(raw: string): Standing {
  const { account, lastTransactionLt } = loadShardAccount(Cell.fromBase64(raw).beginParse());
  const storage = account?.storage;
  const inside = storage?.state.type === 'active' ? storage.state.state : null;
  return {
    state: storage?.state.type ?? 'uninit',
    balance: storage?.balance.coins ?? 0n,
    code: inside?.code ?? null,
    data: inside?.data ?? null,
    lastLt: lastTransactionLt,
    raw,
  };
}
