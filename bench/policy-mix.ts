import type { AccountId, AssetId, ChainId } from '../src/core/index.ts';

/** Base units of the tokens of the mix: six decimals. */
export const DECIMALS = 6;
export const CHAIN = 'eip155:1' as ChainId;
const hex = (index: number, length: number): string => index.toString(16).padStart(length, '0');
export const addressOf = (index: number): string => `0x${hex(index + 1, 40)}`;
export const accountOf = (index: number): AccountId => `${CHAIN}:${addressOf(index)}` as AccountId;
export const assetOf = (index: number): AssetId => `${CHAIN}/erc20:${addressOf(0x100_000 + index)}` as AssetId;
export const selectorOf = (index: number): string => hex(0xa000_0000 + index, 8);

/** The first so many accounts stand on the allow-list. */
export const LISTED = 1_000;
/** Three rules are about each token, two about each method. */
const GROUP = 5;
/** Tokens, and methods, that so many rules are about. */
export const subjectsOf = (rules: number): number => Math.max(1, Math.ceil((rules - 3) / GROUP));

/** One rule in the words of nobody's engine; all parts that are there have to hold. */
export interface MixRule {
  readonly id: string;
  readonly action: 'allow' | 'deny' | 'escalate';
  readonly asset?: number;
  readonly selector?: number;
  /** Above so many base units. */
  readonly amountAbove?: number;
  /** From this hour to that one, both included. */
  readonly hours?: readonly [from: number, to: number];
  /** The call's argument `limit` above so much. */
  readonly limitAbove?: number;
  /** The call's argument `to` is this account. */
  readonly to?: number;
  /** The destination stands on the allow-list, or does not. */
  readonly listed?: boolean;
}

/** One thing that a transaction does. */
export interface MixRequest {
  readonly effect: 'outflow' | 'call';
  readonly asset: number;
  readonly amount: number;
  readonly destination: number;
  readonly selector: number;
  readonly limit: number;
  readonly to: number;
  readonly hour: number;
}

/** Three of the rules bear the allow-list; the others are of five kinds in turn, each five about a token and a method. */
export function mixRules(count: number): readonly MixRule[] {
  const rules: MixRule[] = [
    { id: 'listed', action: 'allow', listed: true },
    { id: 'unlisted', action: 'deny', listed: false },
    { id: 'called', action: 'allow' },
  ];
  for (let index = 0; rules.length < count; index += 1) {
    const id = `r${index}`;
    const subject = Math.floor(index / GROUP);
    const asset = subject;
    const selector = subject;
    const action = index % 3 === 0 ? 'escalate' : 'deny';
    const kinds: readonly MixRule[] = [
      { id, action, asset, amountAbove: 1_000_000 + (index % 100) * 100_000 },
      { id, action, asset, hours: [index % 20, (index % 20) + 3] },
      { id, action, selector, limitAbove: 500 + index },
      { id, action, selector, to: index % (2 * LISTED) },
      { id, action, asset, amountAbove: 500_000 + (index % 100) * 50_000, hours: [(index * 5) % 22, ((index * 5) % 22) + 1] },
    ];
    rules.push(kinds[index % kinds.length] as MixRule);
  }
  return rules;
}

/** Requests of both kinds about what so many rules are about, half of the destinations listed. */
export function mixRequests(count: number, rules: number, random: () => number): readonly MixRequest[] {
  const below = (bound: number): number => Math.floor(random() * bound);
  return Array.from({ length: count }, (_, index) => ({
    effect: index % 2 === 0 ? ('outflow' as const) : ('call' as const),
    asset: below(subjectsOf(rules)),
    amount: below(12_000_000),
    destination: below(2 * LISTED),
    selector: below(subjectsOf(rules)),
    limit: below(2_000),
    to: below(2 * LISTED),
    hour: below(24),
  }));
}
