import type { Transaction } from '@ton/core';
import type { UnsignedTransaction } from '../../../core/transaction.ts';
import type { WalletMessage } from '../wallet-message.ts';
import type { Step, Trace } from './run.ts';

/** What went wrong in a trace. */
export interface Failures {
  readonly errors: readonly string[];
  readonly warnings: readonly string[];
}

/** Not enough coins, not enough of another currency. */
const NO_FUNDS: ReadonlySet<number> = new Set([37, 38]);
/** The most that a mere notice brings along, nanoton. */
const MERE_NOTICE = 1n;

/** Why a transaction was aborted, in the machine's words; null where it was not. */
function abortReason({ description }: Transaction): string | null {
  if (description.type !== 'generic' || !description.aborted) return null;
  const { computePhase, actionPhase } = description;
  if (computePhase.type === 'skipped') return computePhase.reason;
  if (!computePhase.success) return `exit_code: ${computePhase.exitCode}`;
  return `action_code: ${actionPhase?.resultCode ?? 0}`;
}

/** What the wallet made of its order: whether all of it was sent. */
function orderFailures({ transaction }: Step, trace: Trace, tx: UnsignedTransaction, { sends }: WalletMessage): readonly string[] {
  const { description } = transaction;
  if (description.type !== 'generic') return ['simulation_rejected'];
  const { computePhase, actionPhase } = description;
  if (computePhase.type === 'skipped') return [`exit_code: ${computePhase.reason}`];
  if (!computePhase.success) return [`exit_code: ${computePhase.exitCode}`];
  const errors: string[] = [];
  const code = actionPhase?.resultCode ?? 0;
  const sent = actionPhase?.messagesCreated ?? 0;
  const skipped = (actionPhase?.skippedActions ?? 0) > 0 || sent !== sends.length;
  if (description.aborted) errors.push(`exit_code: ${code}`);
  else if (skipped) errors.push('action_skipped');
  if (errors.length === 0) return [];
  const needed = sends.reduce(
    (sum, { message }) => sum + message.value,
    transaction.totalFees.coins + BigInt(tx.fee.params['forward'] ?? 0),
  );
  if (NO_FUNDS.has(code) || (trace.before.get(tx.wallet)?.balance ?? 0n) < needed) errors.unshift('insufficient_funds');
  return errors;
}

/** An order that the wallet did not even take. */
function refusal(trace: Trace, tx: UnsignedTransaction): string {
  if (trace.exitCode !== null && trace.exitCode !== 0) return `exit_code: ${trace.exitCode}`;
  const wallet = trace.before.get(tx.wallet);
  if (wallet?.state === 'frozen') return 'wallet_frozen';
  return (wallet?.balance ?? 0n) < tx.fee.ceiling ? 'insufficient_funds' : 'simulation_rejected';
}

/**
 * Everything in a trace that did not go as the bytes want it: an order refused (`exit_code: …`) or not wholly sent
 * (`action_skipped`), a message that came back or should have (`bounced: <account> <why>`), a trace without end
 * (`trace_too_long`). A message that was sent not to come back, and that its account threw at, is a warning; money that waits
 * for an account to be made is none.
 */
export function failuresOf(trace: Trace, tx: UnsignedTransaction, message: WalletMessage): Failures {
  const [order, ...others] = trace.steps;
  if (order === undefined) return { errors: [trace.ending === 'refused' ? refusal(trace, tx) : 'trace_too_long'], warnings: [] };
  const errors = [...orderFailures(order, trace, tx, message)];
  const warnings: string[] = [];
  for (const { account, message: inbound, transaction } of others) {
    const why = abortReason(transaction);
    if (why === null || inbound.info.type !== 'internal') continue;
    const { bounce, bounced, value } = inbound.info;
    if (bounce && !bounced) errors.push(`bounced: ${account} ${why}`);
    else if (why !== 'no-state' && (why !== 'no-gas' || value.coins > MERE_NOTICE)) warnings.push(`aborted: ${account} ${why}`);
  }
  if (trace.ending === 'too_long') errors.push('trace_too_long');
  return { errors: [...new Set(errors)].slice(0, 16), warnings: [...new Set(warnings)].slice(0, 16) };
}
