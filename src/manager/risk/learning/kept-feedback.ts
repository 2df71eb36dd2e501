import type { Json } from '../../../core/store.ts';

/** What people may say of a decision afterwards. */
export type FeedbackVerdict = 'legitimate' | 'fraud';

/** What was said of a decision, as the store keeps it under `feedback/<decision>`. */
export type KeptFeedback = {
  readonly v: 1;
  readonly verdict: FeedbackVerdict;
  readonly atMs: number;
  /** True where the word itself taught the decision's score: settling then teaches it no second time. */
  readonly taught: boolean;
};

/** Key of the document. */
export const feedbackKey = (decisionId: string): string => `feedback/${decisionId}`;

/** Reads a kept word. What is there and cannot be read counts as fraud: it teaches nothing. */
export function parseFeedback(json: Json | undefined): KeptFeedback | undefined {
  if (json === undefined || json === null) return undefined;
  const { v, verdict, atMs, taught } = (typeof json === 'object' && !Array.isArray(json) ? json : {}) as Record<string, Json>;
  const isSound = v === 1 && (verdict === 'legitimate' || verdict === 'fraud') && typeof atMs === 'number' && typeof taught === 'boolean';
  return isSound ? (json as unknown as KeptFeedback) : { v: 1, verdict: 'fraud', atMs: 0, taught: false };
}
