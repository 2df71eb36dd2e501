import type { AccountId } from '../../core/index.ts';
import { type GranteeStanding, mayGetAll, standingOf } from '../grantee.ts';
import { isUnbounded } from '../habits/wallet-action.ts';
import type { PatternAction, PatternMatch } from '../risk-assessment.ts';
import type { RiskContext } from '../risk-context.ts';
import type { ContractFacts } from '../risk-facts.ts';
import type { PatternAnswer } from './pattern.ts';

const MS_PER_DAY = 86_400_000;
/** Code that stands for less is young: most drainers are replaced within days, when lists name them. */
const YOUNG_MS = 7 * MS_PER_DAY;
/** Confidence where somebody here dealt with the account: a person looks, and the score hardly moves. */
const ONLY_MET = 0.05;

/**
 * `approval_phishing`: rights over a token for somebody new who looks like a thief. Blocks rights for an account where no code stands: no protocol spends
 * from a bare key. Escalates rights without a bound for young code, or where nobody could say what stands there; bounded ones for young code alert.
 * Only a list of ordinary accounts, the policy, or dealings of worth on several days of more than a week speak for a spender. A payment does not, nor a right
 * taken back, nor a call; and the first right without a bound escalates even then.
 *
 * BadgerDAO's users lost about 120 million dollars in December 2021 after a planted script let them approve an account without code, without a bound.
 * Avoiding it costs the attacker a contract that stands for a week unlisted and asks for bounded rights only.
 */
export function approvalPhishing(context: RiskContext): PatternAnswer {
  let worst: PatternMatch | undefined;
  let isUnchecked = false;
  for (const { account, isUnlimited } of grantsOf(context)) {
    const party = context.parties.find((candidate) => candidate.account === account && candidate.role === 'grantee');
    // A payment before is no excuse: it may have been of next to nothing.
    if (party === undefined || party.allowListed) continue;
    const facts = context.input.contractFacts?.(account);
    const standing = standingOf(context, account);
    const found = judged(facts, isUnlimited && !mayGetAll(context, account), standing);
    if (found === 'unchecked') isUnchecked = true;
    if (found === undefined || found === 'unchecked' || (worst !== undefined && RANK[worst.recommendedAction] >= RANK[found[0]])) continue;
    const age = isAge(facts?.ageMs) ? facts.ageMs : null;
    worst = {
      id: 'approval_phishing',
      name: 'Rights for a doubtful account',
      confidence: found[1],
      recommendedAction: found[0],
      evidence: { destination: account, unlimited: isUnlimited, isContract: facts?.isContract ?? null, ageMs: age, standing },
      reason: found[0] === 'block' ? 'risk_critical' : found[0] === 'escalate' ? 'risk_high' : null,
    };
  }
  return worst ?? (isUnchecked ? { unchecked: 'approval_phishing' } : undefined);
}

const RANK: Readonly<Record<PatternAction, number>> = { block: 4, escalate: 3, alert: 2, monitor: 1, flag: 1 };

function judged(
  facts: ContractFacts | undefined,
  isAll: boolean,
  standing: GranteeStanding,
): readonly [PatternAction, confidence: number] | 'unchecked' | undefined {
  if (facts?.isContract === false) return ['block', 0.95];
  // Whoever is known for long here is not asked how long its code stands, and whoever was only met is not believed for its age.
  if (standing === 'ordinary') return undefined;
  if (standing === 'trusted') return isAll ? ['escalate', ONLY_MET] : undefined;
  // Anything but a plain true, or an age that is no number, is not known.
  const isKnown = facts?.isContract === true && isAge(facts.ageMs);
  const isOld = isKnown && (facts.ageMs as number) >= YOUNG_MS;
  if (standing === 'met' && isAll && (isOld || !isKnown)) return ['escalate', ONLY_MET];
  if (isOld) return undefined;
  if (isAll) return ['escalate', isKnown ? 0.85 : 0.6];
  return isKnown ? ['alert', 0.7] : 'unchecked';
}

const isAge = (ageMs: number | null | undefined): ageMs is number => typeof ageMs === 'number' && Number.isFinite(ageMs);

function grantsOf({ input }: RiskContext): readonly { readonly account: AccountId; readonly isUnlimited: boolean }[] {
  return input.effects.flatMap((effect) => {
    if (effect.kind === 'allowance' && effect.amount !== 0n) return [{ account: effect.spender, isUnlimited: isUnbounded(effect.amount) }];
    return effect.kind === 'operator' && effect.approved ? [{ account: effect.operator, isUnlimited: true }] : [];
  });
}
