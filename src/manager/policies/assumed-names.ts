import { DEFAULT_POLICY_BASE, type PolicyBase } from '../../authz/index.ts';
import type { Token } from '../../core/chain-adapter.ts';
import { sha256Hex } from '../../core/digest.ts';
import type { AssetId } from '../../core/ids.ts';
import type { Json } from '../../core/store.ts';

const SYMBOL = /^[A-Za-z][A-Za-z0-9._-]{0,31}$/;
const EVM_CHAIN = /^eip155:[0-9]+$/;
/** Fields whose texts name tokens; of `assets` the keys do. */
const OF_TOKENS = new Set(['unit', 'token', 'asset', 'allowedTokens', 'assets']);

type Fields = { readonly [name: string]: Json };
const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Tokens that a policy seems to speak of, where nobody says which there are: 18 decimals, on the first EVM chain that it names. */
export function assumedTokens(permissions: Json): readonly Token[] {
  const { allowedChains, chains } = isFields(permissions) ? permissions : {};
  const named = [allowedChains, chains].flatMap((list) => (Array.isArray(list) ? list : []));
  const chain = named.find((text) => typeof text === 'string' && EVM_CHAIN.test(text)) ?? 'eip155:1';
  const symbols = new Set<string>();
  collect(permissions, symbols);
  // Addresses are read on the chains of the token list.
  const natives = [`${String(chain)}/slip44:60`, 'ton:-239/slip44:607'].map((asset) => ({
    asset: asset as AssetId,
    symbol: `native of ${asset}`,
    decimals: 18,
  }));
  const tokens = [...symbols].map((symbol) => ({
    asset: `${String(chain)}/erc20:0x${sha256Hex(symbol).slice(0, 40)}` as AssetId,
    symbol,
    decimals: 18,
  }));
  return [...natives, ...tokens];
}

/** Limits count in dollars where the policy names no unit: nobody says which coin is meant. */
export function assumedBase(permissions: Json): PolicyBase {
  const limits = isFields(permissions) && isFields(permissions['limits']) ? permissions['limits'] : {};
  return limits['unit'] === undefined
    ? { ...DEFAULT_POLICY_BASE, limits: { ...DEFAULT_POLICY_BASE.limits, unit: 'USD' } }
    : DEFAULT_POLICY_BASE;
}

function collect(value: Json, symbols: Set<string>): void {
  if (Array.isArray(value)) for (const inner of value as readonly Json[]) collect(inner, symbols);
  if (!isFields(value)) return;
  for (const [name, inner] of Object.entries(value)) {
    if (name === 'assets' && isFields(inner)) for (const key of Object.keys(inner)) take(key, symbols);
    if (OF_TOKENS.has(name)) for (const text of Array.isArray(inner) ? (inner as readonly Json[]) : [inner]) take(text, symbols);
    // A condition names its field beside its value.
    if (name === 'value' && value['field'] === 'asset')
      for (const text of Array.isArray(inner) ? (inner as readonly Json[]) : [inner]) take(text, symbols);
    collect(inner, symbols);
  }
}

function take(text: Json, symbols: Set<string>): void {
  if (typeof text === 'string' && text !== 'USD' && SYMBOL.test(text)) symbols.add(text);
}
