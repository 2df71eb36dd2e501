import { type AccountId, type AssetId, accountAddress, formatAmount, isCastellanError, type Token } from '../core/index.ts';
import { quoted } from './plain-text.ts';

/** An amount as people read it: decimal where the token is known, base units where it is not. */
export function amountOf(asset: AssetId, amount: bigint, token: Token | undefined): string {
  return token === undefined
    ? `${amount} base units of ${tokenOf(asset, token)}`
    : `${formatAmount(amount, token.decimals)} ${tokenOf(asset, token)}`;
}

/** Which asset is meant, by its id whatever it calls itself. */
export function tokenOf(asset: AssetId, token: Token | undefined): string {
  return token === undefined ? `the UNLISTED token [${quoted(asset)}]` : `${quoted(token.symbol)} [${quoted(asset)}]`;
}

/** An account without its chain; whoever is not known is called so. */
export function account(id: AccountId | null): string {
  if (id === null) return 'an account that is not known';
  try {
    return accountAddress(id);
  } catch (error) {
    if (!isCastellanError(error)) throw error;
    return quoted(id);
  }
}
