import { TRUST_LABELS, type TrustLabel } from '../../../core/index.ts';

/** What a request counts as that says nothing, or no label. */
const LEAST: TrustLabel = 'message';

/**
 * What a request counts as: what it says of the content that triggered it, but nothing better than the policy lets the agent
 * say. One that says nothing counts as the least trusted.
 */
export function effectiveTrust(claimed: TrustLabel | undefined, best: TrustLabel): TrustLabel {
  const rank = TRUST_LABELS.indexOf(claimed as TrustLabel);
  return rank < 0 ? LEAST : (TRUST_LABELS[Math.max(rank, TRUST_LABELS.indexOf(best))] as TrustLabel);
}
