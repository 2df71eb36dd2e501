import { type AccountId, type Json, type RequestId, type RequestRow, type Store, storeKey } from '../../core/index.ts';
import { invalidKey } from './key-config.ts';
import type { KeyUsage } from './key-usage.ts';
import { readBalances, walletsOfRotation } from './migration-plan.ts';
import type { RotationRecord } from './rotation-record.ts';

/** What may stay behind in each wallet of a replaced key, such as less than moving it would cost. */
export interface LeaveBehind {
  readonly asset: string;
  /** Base units as decimal text. */
  readonly atMost: string;
}

/** What still stands against revoking a replaced key. */
export type RotationRemainder =
  | { readonly kind: 'balance'; readonly account: AccountId; readonly asset: string; readonly amount: string }
  /** A signed or redeemed request of this wallet that is not final. */
  | { readonly kind: 'in_flight'; readonly account: AccountId; readonly requestId: RequestId }
  /** The wallet cannot be looked at from here, or not now. */
  | { readonly kind: 'unreadable'; readonly account: AccountId };

/** Open requests read per page. */
const PAGE = 500;

/** Checks what may stay behind, and gives the bound of each asset. @throws KEY_INVALID */
export function parseLeave(leave: readonly LeaveBehind[] = []): ReadonlyMap<string, bigint> {
  const isBound = (item: LeaveBehind): boolean =>
    typeof item?.asset === 'string' &&
    item.asset.length <= 256 &&
    typeof item.atMost === 'string' &&
    /^(0|[1-9][0-9]{0,77})$/.test(item.atMost);
  if (!Array.isArray(leave) || leave.length > 64 || !leave.every(isBound))
    throw invalidKey('What may stay behind is at most 64 assets, each with a whole number of base units as text.');
  const bounds = new Map(leave.map(({ asset, atMost }) => [asset, BigInt(atMost)]));
  if (bounds.size !== leave.length) throw invalidKey('What may stay behind names an asset twice.');
  return bounds;
}

/**
 * What is left to be done before the old key may go; empty where nothing is.
 *
 * Fails closed where wallets cannot be looked at: that counts as something left.
 */
export async function remainderOf(
  store: Store,
  rotation: RotationRecord,
  usage: KeyUsage | undefined,
  leave: ReadonlyMap<string, bigint>,
): Promise<readonly RotationRemainder[]> {
  const wallets = await walletsOfRotation(rotation, usage);
  const left: RotationRemainder[] = await inFlight(store, rotation.oldKeyId, new Set(wallets.map(({ account }) => account)));
  for (const wallet of wallets) {
    const { account } = wallet;
    const balances = usage === undefined ? null : await readBalances(wallet, usage);
    if (balances === null) left.push({ kind: 'unreadable', account });
    for (const { asset, amount } of balances ?? [])
      if (BigInt(amount) > (leave.get(asset) ?? 0n)) left.push({ kind: 'balance', account, asset, amount });
  }
  return left;
}

/** Requests whose bytes may still reach a chain, of the key or of one of its wallets. */
async function inFlight(store: Store, keyId: string, accounts: ReadonlySet<AccountId>): Promise<RotationRemainder[]> {
  const found: RotationRemainder[] = [];
  for (let after: string | undefined; ; ) {
    const open = await store.scan(storeKey.openAll(), { limit: PAGE, ...(after === undefined ? {} : { after }) });
    const rows = await store.get(open.map(({ value }) => requestKey(value)));
    for (const value of rows) {
      const row = value as unknown as RequestRow | undefined;
      if (row !== undefined && (row.permit?.keyId === keyId || accounts.has(row.wallet)))
        found.push({ kind: 'in_flight', account: row.wallet, requestId: row.requestId });
    }
    after = open.at(-1)?.key;
    if (open.length < PAGE || after === undefined) return found;
  }
}

function requestKey(open: Json): string {
  const { agent, requestId } = open as unknown as Pick<RequestRow, 'agent' | 'requestId'>;
  return storeKey.request(agent, requestId);
}
