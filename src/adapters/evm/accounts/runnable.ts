import type { UnsignedTransaction } from '../../../core/transaction.ts';
import { accountOf, addressOf } from '../address.ts';
import type { Envelope } from '../envelope.ts';
import type { ModelParams, OuterForm, StateOverrides } from './account-model.ts';
import { rehearsal } from './payload.ts';

/** A transaction as a dry run runs it: an order, which nobody has signed yet, as its model rehearses it. */
export function runnable(
  tx: UnsignedTransaction,
  envelope: Envelope,
  form: OuterForm,
  params: ModelParams,
): { readonly run: Envelope; readonly pretended: StateOverrides } {
  if (form === 'transaction' || envelope.to === null) return { run: envelope, pretended: {} };
  const outer = { to: accountOf(tx.chain, envelope.to), value: envelope.value, data: envelope.data.slice() };
  const { call, overrides } = rehearsal(outer, tx.smart, params);
  return { run: { ...envelope, to: addressOf(call.to, tx.chain), value: call.value, data: call.data }, pretended: overrides };
}
