import { concat, type Hex, numberToHex, pad } from 'viem';
import type { EvmAddress } from '../../address.ts';
import type { Framework } from './canonical-contracts.ts';
import type { Caveat } from './delegation.ts';

const word = (value: bigint): Hex => numberToHex(value, { size: 32 });

/** Where the periods begin: the second after the epoch. Budgets renew with the same second everywhere, and no plan moves it. */
export const PERIOD_START = 1n;

/** The caveats that limits become, one constructor each. Terms are packed as each enforcer reads them. */
export function caveatsOf(framework: Framework) {
  const caveat = (enforcer: EvmAddress, terms: Hex): Caveat => ({ enforcer, terms, args: '0x' });
  const period = (amount: bigint, seconds: bigint): Hex => concat([word(amount), word(seconds), word(PERIOD_START)]);
  return {
    /** Only these are called or paid. */
    targets: (allowed: readonly EvmAddress[]) => caveat(framework.allowedTargets, concat([...allowed])),
    /** Only these methods. */
    methods: (selectors: readonly Hex[]) => caveat(framework.allowedMethods, concat([...selectors])),
    /** A call without data: a plain payment. */
    noCalldata: () => caveat(framework.exactCalldata, '0x'),
    /** The first argument is this account. */
    firstArgument: (account: EvmAddress) => caveat(framework.allowedCalldata, concat([word(4n), pad(account, { size: 32 })])),
    /** Coins of one call. */
    valueAtMost: (amount: bigint) => caveat(framework.valueLte, word(amount)),
    /** Coins of one period. */
    coinsPerPeriod: (amount: bigint, seconds: bigint) => caveat(framework.nativePeriod, period(amount, seconds)),
    /** `transfer` of one token, and how much of it in a period. */
    tokensPerPeriod: (token: EvmAddress, amount: bigint, seconds: bigint) =>
      caveat(framework.erc20Period, concat([token, period(amount, seconds)])),
    /** Before this second of the chain's time. */
    before: (second: bigint) => caveat(framework.timestamp, concat([numberToHex(0n, { size: 16 }), numberToHex(second, { size: 16 })])),
    /** One of several; see `encodeAlternatives`. */
    anyOf: (terms: Hex) => caveat(framework.logicalOr, terms),
  };
}
