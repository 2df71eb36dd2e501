import { CastellanError } from '../../../core/errors.ts';
import type { AccountId } from '../../../core/ids.ts';
import type { AccountState } from '../account-state.ts';
import { readAccount } from '../account-state.ts';
import { addressOf } from '../address.ts';
import type { TonClient } from '../client.ts';
import type { Standing } from './standing.ts';
import { makeStanding } from './standing.ts';
import { readStorageDebt } from './storage-stats.ts';

/** Accounts that one simulation may read; a trace has at most 128 transactions. */
const MAX_ACCOUNTS = 512;
/** Accounts that are asked for before anybody needs them. */
const MAX_AHEAD = 32;
/** Accounts per client whose last standing is kept, some KB each: most do not change between two simulations. */
const MAX_KEPT = 512;

/** Accounts as they stood at one block of the masterchain, each read once. */
export interface RemoteStorage {
  /** @throws CHAIN_RESPONSE_INVALID, CHAIN_UNAVAILABLE, CHAIN_REJECTED, TIMEOUT */
  get(account: AccountId): Promise<Standing>;
  /** Begins to read the first few, and fails only where somebody then asks. */
  prefetch(accounts: Iterable<AccountId>): void;
  /** Those asked for that hold a currency besides the coin, which is not followed. */
  readonly withExtraCurrencies: ReadonlySet<AccountId>;
}

interface Kept {
  readonly state: AccountState;
  readonly standing: Standing;
}

const kept = new WeakMap<TonClient, Map<AccountId, Kept>>();

const sameCell = (a: AccountState['code'], b: AccountState['code']): boolean =>
  a === b || (a !== null && b !== null && a.hash().equals(b.hash()));

/** Whether nothing has happened to the account between the two. */
function unchanged(a: AccountState, b: AccountState): boolean {
  if (a.state !== b.state || a.balance !== b.balance || a.lastLt !== b.lastLt || a.lastHash !== b.lastHash) return false;
  return a.frozenHash === b.frozenHash && sameCell(a.code, b.code) && sameCell(a.data, b.data);
}

/** Makes the storage of one simulation. Every read names the same block, and another block's answer is refused. */
export function createRemoteStorage(client: TonClient, seqno: number, signal?: AbortSignal): RemoteStorage {
  const cache = kept.get(client) ?? new Map<AccountId, Kept>();
  kept.set(client, cache);
  const known = new Map<AccountId, Promise<Standing>>();
  const withExtraCurrencies = new Set<AccountId>();
  const read = async (account: AccountId): Promise<Standing> => {
    const state = await readAccount(client, account, seqno, signal);
    if (state.extraCurrencies) withExtraCurrencies.add(account);
    const last = cache.get(account);
    if (last !== undefined && unchanged(last.state, state)) return last.standing;
    const debt = await readStorageDebt(client, state, signal);
    const standing = makeStanding(addressOf(account, client.chain), { ...state, debt });
    for (const oldest of cache.keys()) {
      if (cache.size < MAX_KEPT) break;
      cache.delete(oldest);
    }
    cache.delete(account);
    cache.set(account, { state, standing });
    return standing;
  };
  const get = (account: AccountId): Promise<Standing> => {
    const begun = known.get(account);
    if (begun !== undefined) return begun;
    if (known.size >= MAX_ACCOUNTS)
      return Promise.reject(new CastellanError('INTERNAL', { message: 'The simulation asks for more accounts than its bound.' }));
    const reading = read(account);
    // Whoever asks gets the failure; a read that nobody asks for again fails in silence.
    reading.catch(() => undefined);
    known.set(account, reading);
    return reading;
  };
  let ahead = 0;
  return {
    get,
    prefetch(accounts) {
      for (const account of accounts) {
        if (known.has(account)) continue;
        if (ahead >= MAX_AHEAD) return;
        ahead += 1;
        void get(account);
      }
    },
    withExtraCurrencies,
  };
}
