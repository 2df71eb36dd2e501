import type { Effect } from '../../../../core/effect.ts';
import type { AccountId } from '../../../../core/ids.ts';
import { addressOf } from '../../address.ts';
import type { Findings } from '../../decode/frame.ts';
import { walk } from '../../decode/walk.ts';
import type { TypedOrder } from './kind.ts';

/** A call that a signature lets others make in somebody's name. */
export interface InnerCall {
  readonly sender: AccountId;
  readonly to: AccountId;
  readonly value: bigint;
  readonly data: Uint8Array;
  /** The account is called by whoever drives it, and does not call itself. */
  readonly driven?: boolean;
}

/** What the call does, to its leaves. Calling itself, an account may change its owner, its code and its rules. */
export function walkCall(order: TypedOrder, { sender, to, value, data, driven = false }: InnerCall, leaf = '0.0'): readonly Effect[] {
  const found: Findings = { effects: [], leaves: 0, complete: true };
  const place = { leaf, depth: 0, inner: false };
  if (to === sender && !driven && data.length > 0)
    found.effects.push({ kind: 'control', account: sender, aspect: 'signer', to: null, leaf, source: 'bytes' });
  walk({ chain: order.chain, native: order.native, sender, to: addressOf(to, order.chain), value, data, ...place }, order.known, found);
  return found.effects;
}
