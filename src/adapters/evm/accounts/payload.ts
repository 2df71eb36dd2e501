import type { ChainId } from '../../../core/ids.ts';
import type { SmartAccount } from '../../../core/smart-account.ts';
import type { Call } from '../../../core/transaction.ts';
import { accountOf } from '../address.ts';
import type { Envelope } from '../envelope.ts';
import type { ModelParams, OuterForm, Rehearsal } from './account-model.ts';
import { modelOf } from './models.ts';

/** The payload of an outer transaction: itself, or the order that others complete. */
export function payloadOf(outer: Uint8Array, smart: SmartAccount | undefined, params: ModelParams): Uint8Array {
  const order = smart === undefined ? undefined : modelOf(smart).order;
  return order === undefined ? outer : order.write(outer, params);
}

/** What a payload holds. */
export interface OuterPayload {
  readonly outer: Uint8Array;
  readonly form: OuterForm;
  readonly params: ModelParams;
}

/** The outer transaction inside a payload. @throws PAYLOAD_UNDECODABLE */
export function readPayload(payload: Uint8Array, smart?: SmartAccount): OuterPayload {
  const order = smart === undefined ? undefined : modelOf(smart).order;
  if (order?.is(payload) !== true) return { outer: payload, form: 'transaction', params: {} };
  return { ...order.read(payload), form: 'order' };
}

/**
 * The calls that the account itself makes; undefined where the outer call is anything but what its model writes: then nobody
 * knows what it does.
 */
export function accountCalls(envelope: Envelope, smart: SmartAccount, chain: ChainId, form: OuterForm): readonly Call[] | undefined {
  const { to, value } = envelope;
  if (to === null || value !== 0n || !smart.account.startsWith(`${chain}:`)) return undefined;
  return modelOf(smart).unwrap({ to: accountOf(chain, to), value, data: envelope.data.slice() }, smart, form);
}

/** What a dry run of an outer call calls that nobody has signed yet, and on which pretended state. */
export function rehearsal(outer: Call, smart: SmartAccount | undefined, params: ModelParams): Rehearsal {
  const order = smart === undefined ? undefined : modelOf(smart).order;
  return smart === undefined || order === undefined ? { call: outer, overrides: {} } : order.rehearse(outer, smart, params);
}
