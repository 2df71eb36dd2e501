import { type AccountId, CastellanError, parseAccount } from '../../core/index.ts';
import type { Exemption, OwnExemption } from './exemption.ts';
import { ordinaryContracts } from './ordinary-contracts.ts';

const MAX_EXEMPTIONS = 100_000;

/**
 * Joins the owner's exemptions, the well-known contracts and those of the deployment's own tokens; on one account the owner's holds,
 * before a well-known contract's.
 * @throws CONFIG_INVALID, ADDRESS_INVALID for an account without a chain
 */
export function readExemptions(
  own: readonly OwnExemption[],
  withBuiltIn: boolean,
  tokens: readonly AccountId[] = [],
): ReadonlyMap<AccountId, Exemption> {
  const found = new Map<AccountId, Exemption>(tokens.map((account) => [account, ofTokenList(account)]));
  for (const [account, exemption] of withBuiltIn ? ordinaryContracts() : []) found.set(account, exemption);
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

function ofTokenList(account: AccountId): Exemption {
  const reason = 'a token of the deployment’s own token list';
  return Object.freeze({ account, reason, by: 'token_list', overridesSanctions: false, expiresMs: null });
}

function invalid(field: string): CastellanError {
  return new CastellanError('CONFIG_INVALID', { message: 'An exemption is not well described.', details: { field } });
}
