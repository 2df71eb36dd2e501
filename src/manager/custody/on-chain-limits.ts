import { parseAccount } from '../../core/account.ts';
import { parseAssetId } from '../../core/asset.ts';
import type { Token } from '../../core/chain-adapter.ts';
import { CastellanError } from '../../core/errors.ts';
import type { ChainId } from '../../core/ids.ts';
import { parseAmount } from '../../core/money.ts';
import type { OnChainLimits } from '../../core/smart-account.ts';
import type { ParsedWalletOptions } from './wallet-options.ts';

function tokenOf(name: string, tokens: readonly Token[]): Token {
  const asset = name.includes('/') ? parseAssetId(name) : undefined;
  const [only, ...more] = tokens.filter((token) => (asset === undefined ? token.symbol === name : token.asset === asset));
  if (only === undefined || more.length > 0)
    throw new CastellanError(only === undefined ? 'ASSET_INVALID' : 'ASSET_AMBIGUOUS', {
      message: 'A limit names no one token of the list.',
      details: { asset: name.slice(0, 128) },
    });
  return only;
}

/** The limits that the account's own code shall hold to: whole coins in, base units out, nothing rounded. @throws AMOUNT_INVALID, ADDRESS_INVALID, ASSET_INVALID, ASSET_AMBIGUOUS */
export function toOnChainLimits(options: ParsedWalletOptions, chain: ChainId, native: Token, tokens: readonly Token[]): OnChainLimits {
  const { dailyLimit, perTransactionLimit, tokenLimits, periodSeconds, allowedDestinations, allowedOperations, expiresAtMs } = options;
  const perToken = Object.entries(tokenLimits ?? {}).map(([name, daily]) => {
    const token = tokenOf(name, tokens);
    return [token.asset, { daily: parseAmount(daily, token.decimals) }] as const;
  });
  return {
    ...(dailyLimit === undefined ? {} : { daily: parseAmount(dailyLimit, native.decimals) }),
    ...(perTransactionLimit === undefined ? {} : { perTransaction: parseAmount(perTransactionLimit, native.decimals) }),
    ...(perToken.length === 0 ? {} : { tokens: Object.fromEntries(perToken) }),
    ...(periodSeconds === undefined ? {} : { periodSeconds }),
    ...(allowedDestinations === undefined ? {} : { allowedDestinations: allowedDestinations.map((to) => parseAccount(to, chain)) }),
    ...(allowedOperations === undefined ? {} : { allowedOperations }),
    ...(expiresAtMs === undefined ? {} : { expiresAtMs }),
  };
}
