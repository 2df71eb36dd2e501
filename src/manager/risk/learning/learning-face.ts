import type { Authorization } from '../../../core/authority.ts';
import type { FeedbackResult } from './feedback.ts';
import type { FeedbackVerdict } from './kept-feedback.ts';
import type { ModelShadowReport } from './shadow-counts.ts';

/** What people teach the risk engine of a manager, and what it learnt. */
export interface RiskLearning {
  /**
   * Says of a decision that it was legitimate or a fraud. Adjusts from which odds on a person is asked about this agent, within bounds; never a rule, a limit, a
   * list or a pattern. Durable and logged when it resolves; idempotent by decision. "Legitimate" loosens and needs the operators where the manager is owned.
   * @throws REQUEST_INVALID for an unknown decision, AUTHORITY_REQUIRED, STORE_UNAVAILABLE
   */
  feedback(decisionId: string, verdict: FeedbackVerdict, options?: { readonly authorization?: Authorization }): Promise<FeedbackResult>;
  /** What the model in `risk.shadowModel` came to beside the shipped one; null where none is configured. @throws STORE_UNAVAILABLE */
  shadowReport(): Promise<ModelShadowReport | null>;
}

/** The same, of a house that may have to be opened first. */
export function createLearningFace(within: <T>(work: (learning: RiskLearning) => Promise<T>) => Promise<T>): RiskLearning {
  return Object.freeze<RiskLearning>({
    async feedback(decisionId, verdict, options = {}) {
      const { authorization } = options ?? {};
      const own = authorization === undefined ? {} : { authorization: structuredClone(authorization) };
      return within((learning) => learning.feedback(decisionId, verdict, own));
    },
    shadowReport: () => within((learning) => learning.shadowReport()),
  });
}
