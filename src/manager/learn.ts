import { isLimitsAccount } from '../authz/index.ts';
import type { Decision } from '../core/decision.ts';
import type { ChargeLine } from '../core/ledger.ts';
import type { Command, Json, RequestRow, Store } from '../core/store.ts';
import type { Receipt } from '../core/transaction.ts';
import { emptyProfile, type Profile, parseProfile, trainProfile } from '../risk/index.ts';
import { docKey, readDoc } from './directory.ts';

/** Patterns and flags of a decision: what was flagged does not teach. */
const flagged = (decision: Decision): boolean => decision.signals.length > 0;

/** What an agent's own accounts were charged; named caps and counters count the same money again. */
const spentBy = (agent: string, lines: readonly ChargeLine[]): bigint =>
  lines.reduce((sum, { account, amount }) => (isLimitsAccount(account, agent) ? sum + BigInt(amount) : sum), 0n);

/**
 * The command that teaches the agent's profile a settled payment. Only settled, unflagged payments teach, each once,
 * since it is part of the step that settles. Losing a race for the document refuses the step, and the caller repeats it.
 */
export async function learnCommand(
  store: Store,
  row: RequestRow,
  receipt: Receipt,
  decision: Decision | undefined,
): Promise<readonly Command[]> {
  if (decision === undefined || !receipt.success || flagged(decision)) return [];
  const key = docKey.profile(row.agent);
  const { value, version } = await readDoc<Json>(store, key);
  let profile: Profile | undefined = value === undefined ? emptyProfile() : parseProfile(value);
  // A profile that cannot be read is left as it is: it reads as "unknown", which is caution.
  if (profile === undefined) return [];
  const outflows = decision.effects.filter(
    (effect) => effect.kind === 'outflow' && effect.source === 'bytes' && effect.account === row.wallet,
  );
  const principal = spentBy(row.agent, row.lines) - spentBy(row.agent, row.feeLines);
  for (const [index, effect] of outflows.entries()) {
    if (effect.kind !== 'outflow') continue;
    // The unit's value is known for the request as a whole: it is counted once, at its first outflow.
    profile = trainProfile(profile, {
      atMs: receipt.confirmedAtMs,
      account: effect.counterparty,
      asset: effect.asset,
      amount: effect.amount,
      unitAmount: index === 0 && principal > 0n ? principal : 0n,
    });
  }
  return outflows.length === 0 ? [] : [{ kind: 'doc.put', key, value: profile as unknown as Json, ifVersion: version }];
}
