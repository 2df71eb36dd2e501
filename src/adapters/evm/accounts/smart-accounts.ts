import { CastellanError } from '../../../core/errors.ts';
import type { ChainId } from '../../../core/ids.ts';
import type { SmartAccounts } from '../../../core/smart-account.ts';
import type { AccountTools } from './account-model.ts';
import { MODELS } from './models.ts';

/** Makes the wallets that are contracts, of every kind that this adapter knows. */
export function createSmartAccounts(tools: ReadonlyMap<ChainId, AccountTools>): SmartAccounts {
  return {
    kinds: MODELS.map(({ kind }) => kind),
    async create(kind, plan, signal) {
      const model = MODELS.find((known) => known.kind === kind);
      if (model === undefined) {
        throw new CastellanError('MODE_UNAVAILABLE', { message: 'The EVM adapter knows no accounts of this kind.', details: { kind } });
      }
      const found = tools.get(plan.chain);
      if (found === undefined)
        throw new CastellanError('CHAIN_INVALID', { message: 'This adapter does not serve the chain.', details: { chain: plan.chain } });
      return model.create(plan, found, signal);
    },
  };
}
