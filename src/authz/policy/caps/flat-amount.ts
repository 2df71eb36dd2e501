import { formatDecimal, parseDecimal } from '../language/decimal.ts';
import type { Names } from '../language/names.ts';
import type { ParsedPermissions } from '../permissions.ts';

/** An amount as flat policies write it. */
type FlatAmount = NonNullable<ParsedPermissions['maxSpendPerTx']>;

/**
 * The amount in whole tokens, exactly. With `decimals` it is written in units of `10^-decimals`, which must be the token's
 * own; without, in whole tokens.
 */
export function flatAmount({ token, amount, decimals }: FlatAmount, path: string, names: Names): string {
  const listed = names.assets(token, `${path}.token`).map((asset) => names.token(asset)?.decimals);
  if (decimals !== undefined && listed.some((known) => known !== decimals))
    names.problems.push(`${path}.decimals: the token has ${listed.join(', ')}`);
  const parsed = parseDecimal(typeof amount === 'bigint' ? amount.toString() : amount);
  if (parsed === undefined) {
    names.problems.push(`${path}.amount: too many digits`);
    return '0';
  }
  return formatDecimal({ digits: parsed.digits, scale: parsed.scale + (decimals ?? 0) });
}
