import { CHAIN, ether, fee, OPEN, send } from '../authz/fixture.ts';
import type { ShownBy } from './effect.ts';
import type { Contrast } from './permission-effects.ts';

const shown = (word: string): ShownBy => ({
  file: 'test/authz/temporal-compile.test.ts',
  title: 'reads every field that a rule may have',
  word,
});
const PREDICATE = [
  'kind',
  'windowMs',
  'threshold',
  'count',
  'contractAddress',
  'chain',
  'token',
  'maxAmount',
  'decimals',
  'warmUpMs',
  'minOutcomes',
];

/** What shows the fields of temporal rules, and of flat policies and trees. */
export const TEMPORAL_EFFECTS: Readonly<Record<string, Contrast | ShownBy>> = {
  policy: {
    effects: [fee(), send(ether('1'))],
    strict: { ...OPEN, policy: { allOf: [] } },
    loose: { ...OPEN, policy: { leaf: { allowedChains: [CHAIN] } } },
    code: 'policy_no_match',
  },
  ...Object.fromEntries(PREDICATE.map((field) => [`temporalRules[].predicate.${field}`, shown(field)])),
  'temporalRules[].consequence.kind': shown('consequence'),
  'temporalRules[].label': shown('label'),
  humanApprovalTimeoutMs: {
    file: 'test/e2e/approval.test.ts',
    title: 'waits for people no longer than the agent’s policy says',
    word: 'humanApprovalTimeoutMs',
  },
  gasBufferMultiplier: {
    file: 'test/authz/gas-buffer.test.ts',
    title: 'asks for that much gas above the simulated, to the unit',
    word: 'codes',
  },
  capLockMode: {
    file: 'test/authz/shared-limits.test.ts',
    title: 'shared: agents take room on one account beside their own',
    word: 'shared',
  },
};
