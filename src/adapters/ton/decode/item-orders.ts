import { collectibleAsset } from '../../../core/asset.ts';
import { purposeOf } from '../../../core/effect.ts';
import type { Body } from './body.ts';
import type { Findings, Frame } from './frame.ts';
import { addCall, addMove, addUnknown } from './frame.ts';
import { addEncrypted, addText } from './messages.ts';

type Transfer = Extract<Body, { kind: 'nft_transfer' }>;
type End = Extract<Body, { kind: 'nft_end' }>;

/**
 * What the transfer of an item does. That the account is an item at all nobody has said: so the order is shown as a call,
 * too, and all coins that go along as paid, to whoever gets them.
 */
export function addItemTransfer(frame: Frame, body: Transfer, found: Findings): void {
  const { sender, leaf, native, chain } = frame;
  const { to, value } = frame.send.message;
  const { op, newOwner, response, forwarded, forwardAmount } = body;
  addMove(found, leaf, { from: sender, to: newOwner, asset: collectibleAsset(chain, 'nft', to), amount: 1n });
  if (forwardAmount > 0n) addMove(found, leaf, { from: sender, to: newOwner, asset: native, amount: forwardAmount });
  const rest = value > forwardAmount ? value - forwardAmount : 0n;
  const taker = response === null || response === sender ? to : response;
  if (rest > 0n) addMove(found, leaf, { from: sender, to: taker, asset: native, amount: rest });
  if (forwarded.kind === 'text') addText(forwarded.text, newOwner, leaf, found);
  if (forwarded.kind === 'encrypted') addEncrypted(forwarded.bytes, newOwner, leaf, found);
  if (forwarded.kind === 'other') {
    addUnknown(found, leaf, { contract: newOwner, selector: forwarded.op, detail: 'the payload for the new owner is no text' });
  }
  if (body.customPayload !== null) addUnknown(found, leaf, { contract: to, selector: op, detail: 'a custom payload for the item' });
  addCall(frame, { op, method: 'nft_transfer', args: { item: to, new_owner: newOwner }, ...purposeOf('move') }, found);
}

/** An item that ends: it leaves for nobody. */
export function addItemEnd(frame: Frame, { op, method }: End, found: Findings): void {
  const { sender, leaf, native, chain } = frame;
  const { to, value } = frame.send.message;
  const asset = collectibleAsset(chain, 'nft', to);
  found.effects.push({ kind: 'outflow', account: sender, counterparty: null, asset, amount: 1n, leaf, source: 'bytes' });
  if (value > 0n) addMove(found, leaf, { from: sender, to, asset: native, amount: value });
  addCall(frame, { op, method, args: { item: to }, ...purposeOf('move') }, found);
}
