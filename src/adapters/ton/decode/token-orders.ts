import type { AccountId, AssetId } from '../../../core/ids.ts';
import { readUse, unstaking } from '../protocols/index.ts';
import type { Body } from './body.ts';
import type { Findings, Frame } from './frame.ts';
import { addCall, addMove, addUnknown, keptBy } from './frame.ts';
import { addEncrypted, addText } from './messages.ts';
import { addUse } from './protocol-use.ts';

type Transfer = Extract<Body, { kind: 'jetton_transfer' }>;
type Burn = Extract<Body, { kind: 'jetton_burn' }>;

/** Above this the recipient is really notified, and keeps the coins. */
const MERE_NOTICE = 1n;

/** The attached coins: fee where the rest comes back to the wallet, which `feeOf` counts; else gone to whoever gets it. */
function addAttached(frame: Frame, body: Transfer | Burn, forwarded: bigint, found: Findings): void {
  if (body.response === frame.wallet) return;
  const { value, to } = frame.send.message;
  const amount = value > forwarded ? value - forwarded : 0n;
  if (amount > 0n) addMove(found, frame.leaf, { from: frame.wallet, to: body.response ?? to, asset: frame.native, amount });
}

/** Before the call that goes to the same account by the same operation: a call that is understood must not stand for it. */
function addCustomPayload(frame: Frame, body: Transfer | Burn, found: Findings): void {
  if (body.customPayload === null) return;
  addUnknown(found, frame.leaf, { contract: frame.send.message.to, selector: body.op, detail: 'a custom payload for the token account' });
}

/** What the recipient is told; who gets the tokens in the end. */
function addForwarded(frame: Frame, body: Transfer, asset: AssetId, found: Findings): readonly AccountId[] {
  const { forwarded, destination, amount } = body;
  if (forwarded.kind === 'text') addText(forwarded.text, destination, frame.leaf, found);
  if (forwarded.kind === 'encrypted') addEncrypted(forwarded.bytes, destination, frame.leaf, found);
  if (forwarded.kind !== 'other') return [destination];
  const { op: selector, payload } = forwarded;
  const at = frame.protocols.get(destination);
  const { chain, native, protocols } = frame;
  const keeps = keptBy(frame.facts);
  const use = at === undefined ? null : readUse({ at, from: frame.wallet, asset, amount, payload, chain, native, protocols, keeps });
  if (use === null || 'detail' in use) {
    const detail = use === null ? 'the payload for the recipient is no text' : use.detail;
    addUnknown(found, frame.leaf, { contract: destination, selector, detail });
    return [destination];
  }
  // Without coins for it nobody is told: the tokens would just lie there.
  if (body.forwardAmount <= MERE_NOTICE) {
    addUnknown(found, frame.leaf, { contract: destination, selector, detail: 'the order to the recipient is sent without coins for it' });
  }
  addUse(frame, destination, body.forwardAmount, use, found);
  return use.others.length === 0 ? [destination] : use.others;
}

/** What a token transfer does that goes to the wallet's own account of `asset`. */
export function addTransfer(frame: Frame, body: Transfer, asset: AssetId, found: Findings): void {
  const { amount, destination } = body;
  const start = found.effects.length;
  const takers = addForwarded(frame, body, asset, found);
  const told = found.effects.splice(start);
  for (const to of takers) addMove(found, frame.leaf, { from: frame.wallet, to, asset, amount });
  const forwarded = body.forwardAmount > MERE_NOTICE ? body.forwardAmount : 0n;
  if (forwarded > 0n) addMove(found, frame.leaf, { from: frame.wallet, to: destination, asset: frame.native, amount: forwarded });
  addAttached(frame, body, forwarded, found);
  found.effects.push(...told);
  addCustomPayload(frame, body, found);
  if (!frame.known.has(asset)) addCall(frame, { op: body.op, method: body.kind, args: { amount: amount.toString(), destination } }, found);
}

/** What a burn does that goes to the wallet's own account of `asset`. */
export function addBurn(frame: Frame, body: Burn, asset: AssetId, found: Findings): void {
  const at = { leaf: frame.leaf, source: 'bytes' as const };
  const { op, amount, response } = body;
  const { to, value } = frame.send.message;
  const pool = unstaking(asset, body.customPayload, frame.protocols);
  // What a staking token stood for goes to whoever gets the rest of the coins.
  const taker = pool === null || response === frame.wallet ? null : response;
  found.effects.push({ kind: 'outflow', account: frame.wallet, counterparty: taker, asset, amount, ...at });
  addAttached(frame, body, 0n, found);
  if (pool === null) addCustomPayload(frame, body, found);
  const args = { amount: amount.toString() };
  if (pool === null) addCall(frame, { op, method: body.kind, args }, found);
  else addUse(frame, to, value, { ...pool, op, args: { ...args, ...pool.args } }, found);
}
