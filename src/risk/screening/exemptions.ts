import { type AccountId, CastellanError, parseAccount } from '../../core/index.ts';
import type { Exemption, OwnExemption } from './exemption.ts';
import { ordinaryContracts } from './ordinary-contracts.ts';

const MAX_EXEMPTIONS = 100_000;

/**
 * Joins the owner's exemptions and the well-known contracts; on one account the owner's holds.
 * @throws CONFIG_INVALID, ADDRESS_INVALID for an account without a chain
 */
export function readExemptions(own: readonly OwnExemption[], withBuiltIn: boolean): ReadonlyMap<AccountId, Exemption> {
  const found = new Map<AccountId, Exemption>(withBuiltIn ? ordinaryContracts() : []);
  if (!Array.isArray(own) || own.length > MAX_EXEMPTIONS) throw invalid('exemptions');
  for (const { account: text, reason, overridesSanctions = false, expiresMs = null } of own) {
    if (typeof reason !== 'string' || reason.length === 0 || reason.length > 200) throw invalid('reason');
    if (typeof overridesSanctions !== 'boolean') throw invalid('overridesSanctions');
    if (expiresMs !== null && !(Number.isSafeInteger(expiresMs) && expiresMs >= 0)) throw invalid('expiresMs');
    const account = parseAccount(text);
    found.set(account, Object.freeze({ account, reason, by: 'owner', overridesSanctions, expiresMs }));
  }
  return found;
}

function invalid(field: string): CastellanError {
  return new CastellanError('CONFIG_INVALID', { message: 'An exemption is not well described.', details: { field } });
}
