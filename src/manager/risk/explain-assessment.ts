import { passesRisk, type RiskAssessment, type RiskInput, strongestReasons, whatWouldPass } from '../../risk/index.ts';
import type { TransactionAssessment } from './risk-answers.ts';

/** The strongest reasons for a score, and what would pass instead. At most 20 further scores, none where it passes. */
export function explainAssessment(
  input: RiskInput,
  assessment: RiskAssessment,
  maxRiskScore: number,
): Pick<TransactionAssessment, 'because' | 'wouldPass'> {
  const because = strongestReasons(assessment);
  if (passesRisk(assessment, maxRiskScore)) return { because, wouldPass: [] };
  const { outflow } = input.amountsInUnit;
  const paid = input.effects.reduce((sum, effect) => (effect.kind === 'outflow' ? sum + effect.amount : sum), 0n);
  // Asked for the only payment there is: all that leaves is worth what it is worth.
  const worthOf = (_asset: string, amount: bigint): bigint | null =>
    outflow === null || paid <= 0n ? null : (outflow * amount + paid - 1n) / paid;
  return { because, wouldPass: whatWouldPass(input, { maxRiskScore, worthOf }) };
}
