import type { AccountId } from '../../../core/ids.ts';
import { readAccount } from '../account-state.ts';
import { addressOf } from '../address.ts';
import type { TonClient } from '../client.ts';
import type { Standing } from './standing.ts';
import { makeStanding } from './standing.ts';

/** Accounts that one simulation may read; a trace has at most 128 transactions. */
const MAX_ACCOUNTS = 512;

/** Accounts as they stood at one block of the masterchain, each read once. */
export interface RemoteStorage {
  /** @throws CHAIN_RESPONSE_INVALID, CHAIN_UNAVAILABLE, CHAIN_REJECTED, TIMEOUT */
  get(account: AccountId): Promise<Standing>;
  /** Begins to read, and fails only where somebody then asks. */
  prefetch(accounts: Iterable<AccountId>): void;
  /** Those asked for that hold a currency besides the coin, which is not followed. */
  readonly withExtraCurrencies: ReadonlySet<AccountId>;
}

/** Makes the storage of one simulation. Every read names the same block, and another block's answer is refused. */
export function createRemoteStorage(client: TonClient, seqno: number, signal?: AbortSignal): RemoteStorage {
  const known = new Map<AccountId, Promise<Standing>>();
  const withExtraCurrencies = new Set<AccountId>();
  const read = async (account: AccountId): Promise<Standing> => {
    const state = await readAccount(client, account, seqno, signal);
    if (state.extraCurrencies) withExtraCurrencies.add(account);
    return makeStanding(addressOf(account, client.chain), state);
  };
  const get = (account: AccountId): Promise<Standing> => {
    const begun = known.get(account);
    if (begun !== undefined) return begun;
    if (known.size >= MAX_ACCOUNTS) return Promise.reject(new RangeError('A simulation reads no more accounts than its bound.'));
    const reading = read(account);
    // Whoever asks gets the failure; a read that nobody asks for again fails in silence.
    reading.catch(() => undefined);
    known.set(account, reading);
    return reading;
  };
  return {
    get,
    prefetch(accounts) {
      for (const account of accounts) void get(account);
    },
    withExtraCurrencies,
  };
}
