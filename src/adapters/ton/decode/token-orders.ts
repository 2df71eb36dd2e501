import type { AssetId } from '../../../core/ids.ts';
import type { Findings, Frame } from './frame.ts';
import { addMove, addUnknown } from './frame.ts';
import type { Body } from './read-body.ts';

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

function addCall(frame: Frame, body: Transfer | Burn, args: Readonly<Record<string, string>>, found: Findings): void {
  found.effects.push({
    kind: 'call',
    contract: frame.send.message.to,
    selector: body.op,
    method: body.kind,
    args,
    value: frame.send.message.value,
    asset: frame.native,
    leaf: frame.leaf,
    source: 'bytes',
  });
}

/** Before the call that goes to the same account by the same operation: a call that is understood must not stand for it. */
function addCustomPayload(frame: Frame, body: Transfer | Burn, found: Findings): void {
  if (!body.hasCustomPayload) return;
  addUnknown(found, frame.leaf, { contract: frame.send.message.to, selector: body.op, detail: 'a custom payload for the token account' });
}

function addForwarded(frame: Frame, body: Transfer, found: Findings): void {
  const { forwarded, destination } = body;
  if (forwarded.kind === 'text') found.effects.push({ kind: 'message', text: forwarded.text, leaf: frame.leaf, source: 'bytes' });
  if (forwarded.kind !== 'other') return;
  addUnknown(found, frame.leaf, {
    contract: destination,
    selector: forwarded.op,
    detail: 'the payload for the recipient is no text',
  });
}

/** What a token transfer does that goes to the wallet's own account of `asset`. */
export function addTransfer(frame: Frame, body: Transfer, asset: AssetId, found: Findings): void {
  addMove(found, frame.leaf, { from: frame.wallet, to: body.destination, asset, amount: body.amount });
  const forwarded = body.forwardAmount > MERE_NOTICE ? body.forwardAmount : 0n;
  if (forwarded > 0n) addMove(found, frame.leaf, { from: frame.wallet, to: body.destination, asset: frame.native, amount: forwarded });
  addAttached(frame, body, forwarded, found);
  addForwarded(frame, body, found);
  addCustomPayload(frame, body, found);
  if (!frame.known.has(asset)) addCall(frame, body, { amount: body.amount.toString(), destination: body.destination }, found);
}

/** What a burn does that goes to the wallet's own account of `asset`. */
export function addBurn(frame: Frame, body: Burn, asset: AssetId, found: Findings): void {
  const at = { leaf: frame.leaf, source: 'bytes' as const };
  found.effects.push({ kind: 'outflow', account: frame.wallet, counterparty: null, asset, amount: body.amount, ...at });
  addAttached(frame, body, 0n, found);
  addCustomPayload(frame, body, found);
  addCall(frame, body, { amount: body.amount.toString() }, found);
}
