import { TRUST_LABELS, type TrustLabel } from '../../../core/index.ts';

/**
 * What a request counts as: what it says of the content that triggered it, but nothing better than the policy lets the agent
 * say. One that says nothing counts as the least trusted.
 */
export function effectiveTrust(claimed: TrustLabel | undefined, best: TrustLabel): TrustLabel {
  const least = TRUST_LABELS.length - 1;
  const rank = claimed === undefined ? least : TRUST_LABELS.indexOf(claimed);
  return TRUST_LABELS[Math.max(rank < 0 ? least : rank, TRUST_LABELS.indexOf(best))] ?? 'message';
}
