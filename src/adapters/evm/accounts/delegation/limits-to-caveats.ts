import type { Hex } from 'viem';
import { assetAddress, assetChain } from '../../../../core/asset.ts';
import { CastellanError } from '../../../../core/errors.ts';
import type { AssetId, ChainId } from '../../../../core/ids.ts';
import { MAX_AMOUNT } from '../../../../core/money.ts';
import type { OnChainLimits } from '../../../../core/smart-account.ts';
import { addressOf, type EvmAddress } from '../../address.ts';
import { encodeAlternatives } from './alternatives.ts';
import type { Framework } from './canonical-contracts.ts';
import { caveatsOf } from './caveat-terms.ts';
import type { Caveat } from './delegation.ts';
import { MAX_DELEGATIONS } from './delegation-terms.ts';
import { OPERATIONS } from './operations.ts';

const DAY_SECONDS = 86_400;
/** The most that a period may be: ten years. */
const MAX_PERIOD_SECONDS = 315_360_000;
/** Accounts that one delegation may name: each costs gas in every payment. */
const MAX_DESTINATIONS = 32;

type Words = ReturnType<typeof caveatsOf>;

function refuse(message: string, field: string): CastellanError {
  return new CastellanError('REQUEST_INVALID', { message, details: { field: `limits.${field}` } });
}

function amount(value: unknown, field: string): bigint {
  if (typeof value !== 'bigint' || value < 0n || value > MAX_AMOUNT) throw refuse('A limit is a whole number of base units.', field);
  return value;
}

function whole(value: unknown, most: number, field: string): bigint {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 1 || value > most)
    throw refuse(`The limit is a whole number from 1 to ${most}.`, field);
  return BigInt(value);
}

function destinationsOf(given: OnChainLimits['allowedDestinations'], chain: ChainId): readonly EvmAddress[] | null {
  if (given === undefined) return null;
  const found = [...new Set(given.map((account) => addressOf(account, chain)))].sort();
  if (found.length === 0 || found.length > MAX_DESTINATIONS)
    throw refuse(`The list names 1 to ${MAX_DESTINATIONS} destinations.`, 'allowedDestinations');
  return found;
}

function methodsOf(given: OnChainLimits['allowedOperations']): { readonly transfers: boolean; readonly selectors: readonly Hex[] } {
  const words = [...new Set(given ?? ['transfer'])].sort();
  for (const word of words) {
    if (!Object.hasOwn(OPERATIONS, word))
      throw refuse(
        `No operation is called ${JSON.stringify(String(word).slice(0, 40))}; known are ${Object.keys(OPERATIONS).join(', ')}.`,
        'allowedOperations',
      );
  }
  return { transfers: words.includes('transfer'), selectors: words.flatMap((word) => OPERATIONS[word] ?? []) };
}

function either(words: Words, groups: readonly (readonly Caveat[])[]): readonly Caveat[] {
  const [first] = groups;
  return groups.length === 1 && first !== undefined ? first : [words.anyOf(encodeAlternatives(groups))];
}

/**
 * The delegations that limits come to, each as its caveats: one for the coin, whatever it is spent on, and one for each
 * token. A budget is a delegation's: nothing is split over two of them, and alternatives stand inside one.
 *
 * What is not named does not move: no coin without `daily`, no token without an entry, no operation without its word.
 * @throws REQUEST_INVALID naming the field
 */
export function limitsToCaveats(limits: OnChainLimits, chain: ChainId, framework: Framework): readonly (readonly Caveat[])[] {
  const words = caveatsOf(framework);
  const seconds = whole(limits.periodSeconds ?? DAY_SECONDS, MAX_PERIOD_SECONDS, 'periodSeconds');
  const destinations = destinationsOf(limits.allowedDestinations, chain);
  const { transfers, selectors } = methodsOf(limits.allowedOperations);
  if (selectors.length > 0 && destinations === null)
    throw refuse('Operations that call contracts need a list of the contracts.', 'allowedDestinations');
  const until =
    limits.expiresAtMs === undefined ? [] : [words.before(whole(limits.expiresAtMs, Number.MAX_SAFE_INTEGER, 'expiresAtMs') / 1_000n)];
  const daily = limits.daily === undefined ? null : amount(limits.daily, 'daily');
  const most = limits.perTransaction === undefined ? daily : amount(limits.perTransaction, 'perTransaction');
  // A bound on one call alone holds nobody back who makes many.
  if (daily === null && limits.perTransaction !== undefined) throw refuse('A limit per transaction needs one per period.', 'daily');

  const found: (readonly Caveat[])[] = [];
  const kinds = [...(transfers ? [[words.noCalldata()]] : []), ...(selectors.length > 0 ? [[words.methods(selectors)]] : [])];
  if (daily !== null && daily > 0n && most !== null && kinds.length > 0) {
    const allowed = destinations === null ? [] : [words.targets(destinations)];
    found.push([...allowed, ...either(words, kinds), words.valueAtMost(most), words.coinsPerPeriod(daily, seconds), ...until]);
  }
  for (const [asset, limit] of Object.entries(limits.tokens ?? {}).sort(([a], [b]) => (a < b ? -1 : 1))) {
    const field = `tokens.${asset}.daily`;
    const contract = assetChain(asset as AssetId) === chain ? assetAddress(asset as AssetId) : null;
    if (contract === null) throw refuse('The asset is no token of this chain.', `tokens.${asset}`);
    const sum = amount(limit?.daily, field);
    if (!transfers || sum === 0n) continue;
    const to = destinations?.map((account) => [words.firstArgument(account)]);
    const paid = to === undefined ? [] : either(words, to);
    // The framework's own token check does not look at coins that go along.
    found.push([words.tokensPerPeriod(addressOf(contract, chain), sum, seconds), words.valueAtMost(0n), ...paid, ...until]);
  }
  if (found.length === 0) throw refuse('The limits let nothing move at all.', 'daily');
  if (found.length > MAX_DELEGATIONS) throw refuse(`The limits name at most ${MAX_DELEGATIONS - 1} tokens.`, 'tokens');
  return found;
}
