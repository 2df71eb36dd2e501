import { accountKey } from '../../core/account.ts';
import { isCastellanError } from '../../core/errors.ts';
import type { AccountId } from '../../core/ids.ts';
import type { AccountState } from './account-state.ts';
import { malformed, readList } from './answer.ts';
import type { ChainTransaction } from './chain-transaction.ts';
import { readTransaction } from './chain-transaction.ts';
import type { TonClient } from './client.ts';

/** Transactions per question; fewer where so many are beyond what an answer may hold, as strangers’ largest messages are. */
const PAGE = 32;
const SMALL_PAGE = 4;
/** Transactions that are kept per client, some KB each: looks at the same wallet read the same ones again. */
const MAX_KEPT = 512;

const kept = new WeakMap<TonClient, Map<string, ChainTransaction>>();

function keep(cache: Map<string, ChainTransaction>, found: ChainTransaction): void {
  for (const oldest of cache.keys()) {
    if (cache.size < MAX_KEPT) break;
    cache.delete(oldest);
  }
  cache.set(`${found.account}/${found.hash}`, found);
}

/** Reads a page that begins with a transaction already known by its hash, each one linked to the one before. */
async function readPage(
  client: TonClient,
  account: AccountId,
  cache: Map<string, ChainTransaction>,
  from: { readonly lt: bigint; readonly hash: string },
  limit: number,
  signal?: AbortSignal,
): Promise<void> {
  const hash = Buffer.from(from.hash, 'hex').toString('base64');
  const params = { address: accountKey(account), limit, lt: from.lt.toString(), hash };
  let next = from;
  const answer = await client.request('getTransactions', params, signal);
  const page: ChainTransaction[] = [];
  for (const entry of readList(answer, 'transactions', PAGE)) {
    const found = readTransaction(entry, account);
    if (found.hash !== next.hash || found.lt !== next.lt) throw malformed('transactions', 'hash_mismatch');
    page.push(found);
    next = { lt: found.previousLt, hash: found.previousHash };
  }
  if (page.length === 0) throw malformed('transactions', 'transaction_missing');
  // The oldest first, so that the newest ones are kept longest.
  for (const found of page.reverse()) keep(cache, found);
}

/**
 * The account's transactions from the newest of `state` backwards. Each is the very one whose hash the next one names, so that
 * nothing can be left out, added or altered behind the state that it begins with.
 *
 * Ends where the account begins, or after `max` of them.
 * @throws CHAIN_RESPONSE_INVALID with `details.reason` `hash_mismatch`; CHAIN_UNAVAILABLE, CHAIN_REJECTED, TIMEOUT
 */
export async function* readHistory(
  client: TonClient,
  state: AccountState,
  max: number,
  signal?: AbortSignal,
): AsyncGenerator<ChainTransaction, void> {
  const cache = kept.get(client) ?? new Map<string, ChainTransaction>();
  kept.set(client, cache);
  let next = { lt: state.lastLt, hash: state.lastHash };
  for (let read = 0; read < max && next.lt > 0n; read += 1) {
    const key = `${state.account}/${next.hash}`;
    if (!cache.has(key)) {
      const from = next;
      await readPage(client, state.account, cache, from, PAGE, signal).catch((error: unknown) => {
        if (!isCastellanError(error) || error.details['reason'] !== 'too_large') throw error;
        return readPage(client, state.account, cache, from, SMALL_PAGE, signal);
      });
    }
    const found = cache.get(key);
    if (found === undefined || found.lt !== next.lt) throw malformed('transactions', 'hash_mismatch');
    yield found;
    next = { lt: found.previousLt, hash: found.previousHash };
  }
}
