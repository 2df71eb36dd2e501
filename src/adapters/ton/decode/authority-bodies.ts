import type { AccountId, ChainId } from '../../../core/ids.ts';
import { CellReader } from '../cell-reader.ts';
import type { BodyReader } from './body.ts';

/** `dns_smc_address#9fd3`, `dns_next_resolver#ba93`: records that name an account. */
const ACCOUNT_RECORDS: ReadonlySet<number> = new Set([0x9fd3, 0xba93]);

/** `query_id:64 to`, and nothing more. */
function newRuler(reader: CellReader, chain: ChainId): AccountId | null {
  reader.bytes(8);
  const to = reader.account(chain);
  reader.end();
  return to;
}

/** `query_id:64`, then so many references. */
const content =
  (least: number, most = least) =>
  (reader: CellReader): null => {
    reader.bytes(8);
    let count = 0;
    for (; reader.refsLeft > 0 && count < most; count += 1) reader.draft();
    for (; count < least; count += 1) reader.draft();
    reader.end();
    return null;
  };

/** `query_id:64 key:256 value:^record`, or without a value where the record is to go. */
function dnsRecord(reader: CellReader, chain: ChainId): AccountId | null {
  reader.bytes(8 + 32);
  if (reader.refsLeft === 0) {
    reader.end();
    return null;
  }
  const record = new CellReader(reader.ref());
  reader.end();
  return record.bitsLeft >= 16 && ACCOUNT_RECORDS.has(record.uint(16)) ? record.account(chain) : null;
}

/** `query_id:64 to coins:Coins ^order`: the minter’s admin gives an order to somebody’s token account. */
function forcedOrder(reader: CellReader, chain: ChainId): AccountId | null {
  reader.bytes(8);
  const to = reader.account(chain);
  reader.coins();
  reader.draft();
  reader.end();
  return to;
}

const authority =
  (method: string, aspect: 'owner' | 'code', read: (reader: CellReader, chain: ChainId) => AccountId | null): BodyReader =>
  (reader, chain, op) => ({ kind: 'authority', op, method, aspect, to: read(reader, chain) });

/**
 * What changes who rules over a contract or what it is made of, by operation: minters, collections and their items, names.
 * Contracts of no standard may mean something else by the small numbers; it is told as the worst that it may be.
 */
export const AUTHORITY_BODIES: readonly (readonly [number, BodyReader])[] = [
  [0x00000003, authority('change_admin', 'owner', newRuler)],
  [0x00000004, authority('change_content', 'code', content(1, 2))],
  [0x6501f354, authority('change_admin', 'owner', newRuler)],
  [0x7431f221, authority('drop_admin', 'owner', content(0))],
  [0x2508d66a, authority('upgrade', 'code', content(2))],
  [0x235caf52, authority('call_to', 'owner', forcedOrder)],
  [0x1a0b9d51, authority('edit_content', 'code', content(1))],
  [0x4eb1f0f9, authority('change_dns_record', 'owner', dnsRecord)],
];
