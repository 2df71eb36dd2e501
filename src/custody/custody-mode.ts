import { CastellanError } from '../core/index.ts';

/** Who holds the key of a wallet. */
export type CustodyMode = 'software' | 'non-custodial' | 'smart-contract' | 'mpc';

const SPELLINGS: ReadonlyMap<string, CustodyMode> = new Map([
  ['software', 'software'],
  ['non-custodial', 'non-custodial'],
  ['non_custodial', 'non-custodial'],
  ['smart-contract', 'smart-contract'],
  ['smart_contract_wallet', 'smart-contract'],
  ['mpc', 'mpc'],
]);

/** Reads a mode in any accepted spelling. @throws CONFIG_INVALID for no mode */
export function parseCustodyMode(text: unknown): CustodyMode {
  const mode = typeof text === 'string' ? SPELLINGS.get(text) : undefined;
  if (mode === undefined)
    throw new CastellanError('CONFIG_INVALID', { message: 'A custody mode is software, non-custodial, smart-contract or mpc.' });
  return mode;
}
