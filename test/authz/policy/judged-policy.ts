import type { Judgement } from '../../../src/authz/index.ts';
import type { Reason } from '../../../src/core/index.ts';

/** What the policy layer said, without the sentences. */
export const policyReasons = ({ reports }: Judgement): readonly Omit<Reason, 'message'>[] =>
  (reports.find(({ layer }) => layer === 'policy')?.reasons ?? []).map(({ message: _, ...reason }) => reason);
