import type { Cell } from '@ton/core';
import { parseAccount } from '../../../core/account.ts';
import type { Clock } from '../../../core/clock.ts';
import { createDeadlines } from '../../../core/deadline.ts';
import type { AccountId, ChainId } from '../../../core/ids.ts';
import { malformed, readHash, readInteger, readObject, readText } from '../answer.ts';
import { writeBoc } from '../boc.ts';
import type { FetchFunction } from '../config.ts';
import { createPost } from '../endpoint.ts';

/** Transactions of one answer. */
const MAX_TRANSACTIONS = 512;

/** What somebody else's run did to one account. */
export interface EmulatedAccount {
  /** Nanoton before its first transaction and after its last. */
  readonly before: bigint;
  readonly after: bigint;
  /** Hash of its data after the last; null where it has none. */
  readonly dataHash: string | null;
  /** Of each of its transactions, in order, whether it was aborted. */
  readonly aborted: readonly boolean[];
}

/** Somebody else's run of the same order. */
export interface Emulator {
  /**
   * Runs an order that nobody signed yet.
   * @throws CHAIN_UNAVAILABLE, CHAIN_RESPONSE_INVALID, TIMEOUT
   */
  run(external: Cell, signal?: AbortSignal): Promise<ReadonlyMap<AccountId, EmulatedAccount>>;
  close(): void;
}

/** Reads the answer of `emulateTrace`. @throws CHAIN_RESPONSE_INVALID; CastellanError for an address that is none */
export function readEmulation(answer: unknown, chain: ChainId): ReadonlyMap<AccountId, EmulatedAccount> {
  const fields = readObject(answer, 'emulation');
  if (fields['is_incomplete'] === true) throw malformed('emulation', 'incomplete');
  const listed = Object.values(readObject(fields['transactions'], 'emulation.transactions'));
  if (listed.length === 0 || listed.length > MAX_TRANSACTIONS) throw malformed('emulation.transactions');
  const transactions = listed
    .map((entry) => {
      const transaction = readObject(entry, 'emulation.transaction');
      return { transaction, lt: readInteger(transaction['lt'], 'emulation.lt') };
    })
    .sort((a, b) => (a.lt < b.lt ? -1 : 1));
  const accounts = new Map<AccountId, EmulatedAccount>();
  for (const { transaction } of transactions) {
    const account = parseAccount(readText(transaction['account'], 'emulation.account').toLowerCase(), chain);
    const [before, after] = (['before', 'after'] as const).map((when) =>
      readObject(transaction[`account_state_${when}`], `emulation.${when}`),
    );
    const { aborted } = readObject(transaction['description'], 'emulation.description');
    if (typeof aborted !== 'boolean') throw malformed('emulation.aborted');
    const known = accounts.get(account);
    const hash = after?.['data_hash'] ?? null;
    accounts.set(account, {
      before: known?.before ?? readInteger(before?.['balance'] ?? '0', 'emulation.balance'),
      after: readInteger(after?.['balance'] ?? '0', 'emulation.balance'),
      dataHash: hash === null ? null : readHash(hash, 'emulation.data_hash'),
      aborted: [...(known?.aborted ?? []), aborted],
    });
  }
  return accounts;
}

/** Makes the client of an emulation endpoint (toncenter's `api/emulate/v1`). */
export function createEmulator(parts: {
  readonly chain: ChainId;
  readonly url: string;
  readonly apiKey?: string | undefined;
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly fetch?: FetchFunction | undefined;
}): Emulator {
  const { chain, url, apiKey, timeoutMs, clock } = parts;
  const deadlines = createDeadlines(clock);
  const closing = new AbortController();
  const post = createPost(
    {
      url: `${url.replace(/\/+$/, '')}/emulateTrace`,
      index: 0,
      timeoutMs,
      deadlines,
      closed: closing.signal,
      ...(apiKey === undefined ? {} : { apiKey }),
      ...(parts.fetch === undefined ? {} : { fetch: parts.fetch }),
    },
    'emulateTrace',
  );
  return {
    async run(external, signal) {
      const boc = Buffer.from(writeBoc(external)).toString('base64');
      return readEmulation(await post({ boc, ignore_chksig: true, with_actions: false, include_code_data: true }, signal), chain);
    },
    close() {
      closing.abort();
      deadlines.close();
    },
  };
}
