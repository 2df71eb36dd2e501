import type { TimeMs } from '../../../core/ids.ts';
import { addHeld, EMPTY_LEDGER } from '../../../core/ledger-hold.ts';
import type { ReasonCode } from '../../../core/reason.ts';
import type { StepResult } from '../../../core/store.ts';
import { storeKey } from '../../../core/store.ts';
import { openGroup } from '../kernel/group.ts';
import type { Moment, Row } from '../kernel/rows.ts';
import type { AccountView } from './account-view.ts';
import type { Ask } from './ask.ts';

/** Refusals that follow from amounts and limits alone. Whatever else the kernel finds is the record's to say. */
const OF_LIMITS: ReadonlySet<ReasonCode> = new Set(['spend_exceeds_cap', 'window_limit', 'per_transaction_limit']);

/** True for a refusal because of what is in use. */
export function isOfLimits(code: ReasonCode): boolean {
  return OF_LIMITS.has(code);
}

/** What was taken on an account since its look, and until when at most. */
export interface Taken {
  readonly amount: bigint;
  readonly untilMs: TimeMs;
}

/**
 * The refusal that the kernel gives over what the looks found and what was taken since: the same code and the same facts. Undefined where it
 * would take the reservation, or refuse it for anything but a limit.
 */
export function judge(
  ask: Ask,
  views: readonly AccountView[],
  taken: readonly Taken[],
  moment: Moment,
): (StepResult & { readonly ok: false }) | undefined {
  const rows = new Map<string, Row>();
  for (const [at, { account }] of ask.lines.entries()) {
    const { ledger, windows } = (views[at] as AccountView).rows;
    const { amount, untilMs } = taken[at] as Taken;
    rows.set(storeKey.ledger(account), addHeld(ledger ?? EMPTY_LEDGER, untilMs, amount, moment.openAtMs));
    for (const [windowMs, row] of windows) rows.set(storeKey.ledgerWindow(account, windowMs), row);
  }
  const group = openGroup({ load: (key) => rows.get(key), findEntry: () => undefined }, moment);
  const result = group.apply({ commands: [ask.command] });
  return result.ok || !isOfLimits(result.reason.code) ? undefined : result;
}
