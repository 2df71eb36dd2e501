import type { CapSpec, CompiledPolicy } from '../../authz/index.ts';
import type { Token } from '../../core/chain-adapter.ts';
import type { LedgerWindow } from '../../core/ledger.ts';
import type { ConfigFinding, ValidateOptions } from './config-finding.ts';

/** Caps that never bind: above a wider cap beside them, or above all that there is. */
export function capFindings(
  policy: CompiledPolicy,
  { balances, tokens }: ValidateOptions & { readonly tokens: readonly Token[] },
): readonly ConfigFinding[] {
  const caps: readonly (readonly [string, CapSpec])[] = [
    ['limits', policy.unitCap],
    ...[...policy.assetCaps].map(([asset, spec]) => [`limits.assets.${asset}`, spec] as const),
    ...policy.caps.map(({ capId, spec }) => [`limits.caps.${capId}`, spec] as const),
  ];
  return caps.flatMap(([path, { unit, windows }]) => [
    ...neverBinding(path, windows),
    ...aboveBalance(path, unit, windows, balances ?? {}, tokens),
  ]);
}

const spanOf = ({ windowMs }: LedgerWindow): number => windowMs ?? Number.POSITIVE_INFINITY;

function neverBinding(path: string, windows: readonly LedgerWindow[]): readonly ConfigFinding[] {
  return windows.flatMap((window) => {
    const wider = windows.find((other) => spanOf(other) > spanOf(window) && BigInt(other.limit) < BigInt(window.limit));
    if (wider === undefined) return [];
    return [{ code: 'cap_never_binds', path: `${path}.${window.rule}`, message: `It is above ${wider.rule}, which is reached before.` }];
  });
}

/** Of one transaction and of a day: what the wallets hold is less. Longer windows may well see more than there is at a time. */
function aboveBalance(
  path: string,
  unit: string,
  windows: readonly LedgerWindow[],
  balances: NonNullable<ValidateOptions['balances']>,
  tokens: readonly Token[],
): readonly ConfigFinding[] {
  const token = tokens.find(({ asset }) => asset === unit);
  const held = token === undefined ? undefined : (balances[token.asset] ?? balances[token.symbol]);
  const amount = token === undefined || held === undefined ? undefined : wholeCoins(String(held), token.decimals);
  if (amount === undefined) return [];
  return windows
    .filter((window) => spanOf(window) <= 86_400_000 && BigInt(window.limit) > amount)
    .map(({ rule }) => ({
      code: 'cap_above_balance',
      path: `${path}.${rule}`,
      message: 'It is more than the wallets hold: it never binds.',
    }));
}

/** Whole coins as base units, rounded down; undefined for what is no amount. */
function wholeCoins(text: string, decimals: number): bigint | undefined {
  const match = /^(\d{1,78})(?:\.(\d{1,78}))?$/.exec(text);
  return match === null ? undefined : BigInt(`${match[1]}${(match[2] ?? '').slice(0, decimals).padEnd(decimals, '0')}`);
}
