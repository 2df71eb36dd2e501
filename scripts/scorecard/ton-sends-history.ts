import {
  type Address,
  beginCell,
  type Cell,
  type CommonMessageInfoInternal,
  type Message,
  type Slice,
  storeMessage,
  type Transaction,
} from '@ton/core';
import type { TonClient } from '@ton/ton';
import { OPS } from '../../test/fixtures/ton-messages.ts';

/** Money that an account took in with a text. */
export interface Delivery {
  readonly asset: 'TON' | 'USD';
  readonly from: string;
  readonly text: string;
  readonly amount: bigint;
}

const PAGE = 100;

/** All transactions of an account, by the official client, newest first. */
export async function historyOf(client: TonClient, account: Address): Promise<readonly Transaction[]> {
  const all: Transaction[] = [];
  for (let from: { lt: string; hash: string } | undefined; ; ) {
    const page = await client.getTransactions(account, { limit: PAGE, archival: true, ...(from === undefined ? {} : from) });
    const fresh = from === undefined ? page : page.slice(1);
    all.push(...fresh);
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return all;
    from = { lt: last.lt.toString(), hash: last.hash().toString('base64') };
  }
}

/** What an account was paid: coins with a text, and tokens that its own token account `tokens` told it of. */
export async function deliveriesTo(client: TonClient, account: Address, tokens: Address): Promise<readonly Delivery[]> {
  return (await historyOf(client, account)).flatMap(({ inMessage }): readonly Delivery[] => {
    if (inMessage?.info.type !== 'internal') return [];
    const delivery = readDelivery(inMessage.info, inMessage.body, tokens);
    return delivery === null ? [] : [delivery];
  });
}

function readDelivery(info: CommonMessageInfoInternal, body: Cell, tokens: Address): Delivery | null {
  const slice = body.beginParse();
  if (slice.remainingBits < 32) return null;
  const op = slice.loadUint(32);
  if (op === 0) return { asset: 'TON', from: info.src.toRawString(), text: slice.loadStringTail(), amount: info.value.coins };
  // Nobody but the account's own token account says what it was paid.
  if (op !== OPS.transferNotification || !info.src.equals(tokens)) return null;
  slice.skip(64);
  const amount = slice.loadCoins();
  const from = slice.loadAddress().toRawString();
  const payload = slice.loadBit() ? slice.loadRef().beginParse() : slice;
  return { asset: 'USD', from, text: textOf(payload), amount };
}

function textOf(payload: Slice): string {
  if (payload.remainingBits < 32 || payload.loadUint(32) !== 0) return '';
  return payload.loadStringTail();
}

/** Normalised hashes of the messages from outside that an account executed, hex. */
export function externalsOf(history: readonly Transaction[]): readonly string[] {
  return history.flatMap(({ inMessage }) => (inMessage?.info.type === 'external-in' ? [normalisedHash(inMessage)] : []));
}

/** TEP-467: without source, import fee and state init, the body in a reference. */
function normalisedHash({ info, body }: Message): string {
  if (info.type !== 'external-in') throw new Error('no message from outside');
  const bare: Message = { info: { type: 'external-in', dest: info.dest, importFee: 0n }, body };
  return beginCell()
    .store(storeMessage(bare, { forceRef: true }))
    .endCell()
    .hash()
    .toString('hex');
}
