import { isLimitsAccount } from '../authz/index.ts';
import type { Decision } from '../core/decision.ts';
import type { AssetId } from '../core/ids.ts';
import type { ChargeLine } from '../core/ledger.ts';
import type { Command, Json, RequestRow, Store } from '../core/store.ts';
import type { Receipt } from '../core/transaction.ts';
import { actionsOf, emptyProfile, type Profile, parseProfile, trainAmounts, trainHabits } from '../risk/index.ts';
import { docKey, readDoc } from './directory.ts';
import { paidAlikeCommands } from './paid-alike.ts';
import { scoreCommands } from './risk/learning/index.ts';

/** Patterns and flags of a decision: what was flagged does not teach. */
const flagged = (decision: Decision): boolean => decision.signals.length > 0;

/** What an agent's own accounts were charged; named caps and counters count the same money again. */
const spentBy = (agent: string, lines: readonly ChargeLine[]): bigint =>
  lines.reduce((sum, { account, amount }) => (isLimitsAccount(account, agent) ? sum + BigInt(amount) : sum), 0n);

/** What a settled payment is learnt from. */
export interface Lesson {
  readonly row: RequestRow;
  readonly receipt: Receipt;
  readonly decision: Decision | undefined;
  /** Of an asset; undefined where no list names it. */
  readonly decimals: (asset: AssetId) => number | undefined;
}

/**
 * The command that teaches the agent's profile a settled payment. Only settled, unflagged payments teach, each once,
 * since it is part of the step that settles. Losing a race for the document refuses the step, and the caller repeats it.
 */
export async function learnCommand(store: Store, { row, receipt, decision, decimals }: Lesson): Promise<readonly Command[]> {
  if (decision === undefined || !receipt.success || flagged(decision)) return [];
  const scores = await scoreCommands(store, decision, receipt.confirmedAtMs);
  if (scores === null) return [];
  const key = docKey.profile(row.agent);
  const { value, version } = await readDoc<Json>(store, key);
  const profile: Profile | undefined = value === undefined ? emptyProfile() : parseProfile(value);
  // A profile that cannot be read is left as it is: it reads as "unknown", which is caution.
  if (profile === undefined) return scores;
  const atMs = receipt.confirmedAtMs;
  const actions = actionsOf({ effects: decision.effects, wallet: row.wallet, atMs, decimals });
  let learnt = profile;
  let payments = 0;
  const principal = spentBy(row.agent, row.lines) - spentBy(row.agent, row.feeLines);
  for (const effect of decision.effects) {
    if (effect.kind !== 'outflow' || effect.source !== 'bytes' || effect.account !== row.wallet) continue;
    // The unit's value is known for the request as a whole: it is counted once, at its first outflow.
    const unitAmount = payments === 0 && principal > 0n ? principal : 0n;
    learnt = trainAmounts(learnt, { atMs, account: effect.counterparty, asset: effect.asset, amount: effect.amount, unitAmount });
    payments += 1;
  }
  learnt = trainHabits(learnt, actions);
  const alike = await paidAlikeCommands(store, row.agent, row.wallet, decision.effects);
  const own: readonly Command[] = [...scores, ...alike];
  return learnt === profile ? own : [...own, { kind: 'doc.put', key, value: learnt as unknown as Json, ifVersion: version }];
}
