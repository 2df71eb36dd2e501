import type { ShownBy } from './effect.ts';

const shown = (word: string): ShownBy => ({ file: 'test/authz/temporal-compile.test.ts', title: 'reads every field that a rule may have', word });
const PREDICATE = ['kind', 'windowMs', 'threshold', 'count', 'contractAddress', 'chain', 'token', 'maxAmount', 'decimals', 'warmUpMs', 'minOutcomes'];

/** What shows the fields of temporal rules. */
export const TEMPORAL_EFFECTS: Readonly<Record<string, ShownBy>> = {
  ...Object.fromEntries(PREDICATE.map((field) => [`temporalRules[].predicate.${field}`, shown(field)])),
  'temporalRules[].consequence.kind': shown('consequence'),
  'temporalRules[].label': shown('label'),
  gasBufferMultiplier: { file: 'test/authz/gas-buffer.test.ts', title: 'asks for that much gas above the simulated, to the unit', word: 'codes' },
  capLockMode: { file: 'test/authz/shared-limits.test.ts', title: 'shared: agents take room on one account beside their own', word: 'shared' },
};
