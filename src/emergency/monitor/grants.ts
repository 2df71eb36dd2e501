import { collectionOf } from '../../core/asset.ts';
import type { AccountActivity } from '../../core/chain-adapter.ts';
import type { Checkpoint } from './checkpoint.ts';

type Grants = Checkpoint['grants'];

/** What stands for an asset in a right: operators are given whole collections. */
const scopeOf = (event: AccountActivity): string =>
  (event.kind === 'operator' ? collectionOf(event.asset ?? ('' as never)) : event.asset) ?? '';

/** The rights after a covered event that gave or took one. */
export function withGrant(grants: Grants, event: AccountActivity): Grants {
  if (event.amount === null) return grants;
  const key = `${event.account} ${scopeOf(event)} ${event.counterparty ?? ''}`;
  const { [key]: _old, ...others } = grants;
  return event.amount === 0n ? others : { ...others, [key]: event.amount.toString() };
}

/** Whether a right that a decision gave reaches for what somebody else's transaction took. */
export function isGranted(grants: Grants, { account, asset, amount }: AccountActivity): boolean {
  if (asset === null || typeof amount !== 'bigint') return false;
  const scopes = [asset, collectionOf(asset)].filter((scope) => scope !== null).map((scope) => `${account} ${scope} `);
  return Object.entries(grants).some(
    ([key, most]) => scopes.some((scope) => key.startsWith(scope)) && (most === 'unlimited' || BigInt(most) >= amount),
  );
}
