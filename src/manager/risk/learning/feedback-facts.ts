import type { Json } from '../../../core/store.ts';

/**
 * What the operators sign to call an alarm about a decision legitimate. Act `risk.feedback`.
 *
 * @param decisionId - of the decision that is spoken of
 * @example
 * ```ts
 * import { feedbackFacts } from 'castellan';
 *
 * console.log(JSON.stringify(feedbackFacts('01J0'))); // {"action":"risk.feedback","decisionId":"01J0","verdict":"legitimate"}
 * ```
 */
export function feedbackFacts(decisionId: string): Json {
  return { action: 'risk.feedback', decisionId, verdict: 'legitimate' };
}
