import { z } from 'zod';
import { nativeAssetId } from '../../core/asset.ts';
import type { AccountActivity, ActivityPage } from '../../core/chain-adapter.ts';
import { CastellanError } from '../../core/errors.ts';
import type { AccountId, ChainId } from '../../core/ids.ts';
import { type AccountState, readAccount } from './account-state.ts';
import { accountOf } from './address.ts';
import { normalisedHash } from './assemble.ts';
import type { Block } from './block.ts';
import { readHead } from './block.ts';
import type { ChainTransaction } from './chain-transaction.ts';
import type { TonClient } from './client.ts';
import { readHistory } from './history.ts';
import { seqnoOf } from './signed-message.ts';

/** Transactions of one account that one page goes through. */
const MAX_TRANSACTIONS = 256;

const hash = z.string().regex(/^[0-9a-f]{64}$/);
const position = z.strictObject({ lt: z.string().regex(/^[0-9]{1,20}$/), hash });
const entry = z.strictObject({
  /** Everything up to here was told. */
  done: position,
  /** Of a history that one page did not hold: its newest transaction, and the one to go on with. */
  open: z.strictObject({ top: position, next: position }).nullable(),
  /** Hash of the code, empty where there is none. */
  code: z.string().regex(/^(?:[0-9a-f]{64})?$/),
});
const cursorSchema = z.strictObject({ v: z.literal(1), accounts: z.record(z.string(), entry) });
type Entry = z.output<typeof entry>;
type Position = Entry['done'];

function readCursor(text: string): Readonly<Record<string, Entry>> {
  try {
    return cursorSchema.parse(JSON.parse(text)).accounts;
  } catch (cause) {
    throw new CastellanError('REQUEST_INVALID', { message: 'The cursor is not one of this chain.', cause });
  }
}

const headOf = ({ lastLt, lastHash }: AccountState): Position => ({ lt: lastLt.toString(), hash: lastHash });
const codeOf = ({ code }: AccountState): string => code?.hash().toString('hex') ?? '';

/** What a transaction was for its account: an order of its key, what somebody made it send, or what it was sent. */
function eventOf(transaction: ChainTransaction, chain: ChainId): AccountActivity | null {
  const { account, inMessage, outMessages, committed, timestampMs } = transaction;
  const base = { account, asset: nativeAssetId(chain), block: transaction.lt.toString(), blockHash: transaction.hash, atMs: timestampMs };
  const sends = outMessages.flatMap(({ message: { info } }) => (info.type === 'internal' ? [info] : []));
  const [first] = sends;
  const sent = {
    ...base,
    kind: 'sent' as const,
    counterparty: first === undefined ? null : accountOf(chain, first.dest),
    amount: sends.reduce((sum, { value }) => sum + value.coins, 0n),
  };
  const incoming = inMessage?.message;
  if (incoming?.info.type === 'external-in')
    return { ...sent, txHash: normalisedHash(incoming.info.dest, incoming.body), slot: seqnoOf(incoming.body) };
  // An order that came from inside, or code that acts by itself. What only came back did not take effect.
  if (committed && sends.length > 0) return { ...sent, txHash: transaction.hash, slot: null };
  if (incoming?.info.type !== 'internal') return null;
  const { src, value } = incoming.info;
  return {
    ...base,
    kind: 'received',
    counterparty: accountOf(chain, src),
    amount: committed || sends.length === 0 ? value.coins : 0n,
    txHash: transaction.hash,
    slot: null,
  };
}

interface AccountPage {
  readonly entry: Entry;
  readonly events: readonly AccountActivity[];
}

/** Code that is not what it was. That a wallet begins to exist changes nothing: its address is made from its code. */
function codeEvents(state: AccountState, before: Entry, head: Block): readonly AccountActivity[] {
  if (before.code === '' || before.code === codeOf(state)) return [];
  const at = { block: String(head.seqno), blockHash: head.hash, atMs: head.timestampMs };
  return [{ kind: 'code', account: state.account, txHash: '', slot: null, counterparty: null, asset: null, amount: null, ...at }];
}

async function accountPage(
  client: TonClient,
  chain: ChainId,
  account: AccountId,
  before: Entry | undefined,
  head: Block,
  signal?: AbortSignal,
): Promise<AccountPage> {
  const state = await readAccount(client, account, head.seqno, signal);
  const top = headOf(state);
  const code = codeOf(state) === '' ? (before?.code ?? '') : codeOf(state);
  if (before === undefined) return { entry: { done: top, open: null, code }, events: [] };
  const doneLt = BigInt(before.done.lt);
  // A lagging endpoint knows less than was told already.
  if (before.open === null && BigInt(top.lt) <= doneLt) return { entry: before, events: [] };
  const from = before.open?.next ?? top;
  const events: AccountActivity[] = [];
  let next: Position | null = null;
  const start = { ...state, lastLt: BigInt(from.lt), lastHash: from.hash };
  for await (const transaction of readHistory(client, start, MAX_TRANSACTIONS, signal)) {
    if (transaction.lt <= doneLt) {
      next = null;
      break;
    }
    const event = eventOf(transaction, chain);
    if (event !== null) events.push(event);
    next = transaction.previousLt > doneLt ? { lt: transaction.previousLt.toString(), hash: transaction.previousHash } : null;
  }
  const newest = before.open?.top ?? top;
  const after: Entry = next === null ? { done: newest, open: null, code } : { ...before, open: { top: newest, next }, code };
  return { entry: after, events: [...events.reverse(), ...codeEvents(state, before, head)] };
}

/**
 * What happened to accounts since `cursor`, each by its own history: a chain of hashes that ends in the account's state, so that nothing can
 * be left out. What the masterchain has committed is never taken back, so there are no reorganisations.
 *
 * A history longer than 256 transactions comes in pages, the newest page first.
 * @throws REQUEST_INVALID for a cursor that is none; CHAIN_UNAVAILABLE, CHAIN_RESPONSE_INVALID, CHAIN_REJECTED, TIMEOUT
 */
export async function readActivity(
  client: TonClient,
  chain: ChainId,
  accounts: readonly AccountId[],
  cursor: string | null,
  signal?: AbortSignal,
): Promise<ActivityPage> {
  const before = cursor === null ? {} : readCursor(cursor);
  const head = await readHead(client, signal);
  const pages: AccountPage[] = [];
  const next: Record<string, Entry> = {};
  for (const account of new Set(accounts)) {
    const page = await accountPage(client, chain, account, Object.hasOwn(before, account) ? before[account] : undefined, head, signal);
    pages.push(page);
    next[account] = page.entry;
  }
  return {
    events: pages.flatMap(({ events }) => events),
    cursor: JSON.stringify({ v: 1, accounts: next }),
    reorganised: false,
    more: pages.some(({ entry: { open } }) => open !== null),
    fromHeight: null,
    // Nothing leaves an account but by a transaction of its own.
    holdings: [],
  };
}
