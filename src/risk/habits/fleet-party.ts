import type { AccountId } from '../../core/index.ts';
import { bitsOf, secondsOf, spanBits, unitsOf } from './scale.ts';
import type { FleetView, WalletAction } from './wallet-action.ts';

/** What all wallets of a fleet together did with one account: JSON-safe, of bounded size. Kept as the document `fleet-party/<account>`. */
export type FleetParty = {
  readonly v: 1;
  /** Wallets that paid it, called it or let it spend. One that forgot it in between counts again. */
  readonly wallets: number;
  /** Payments, calls and allowances to it; of those, calls and tokens. */
  readonly paid: number;
  readonly calls: number;
  readonly tokens: number;
  /** Payments from it. */
  readonly received: number;
  /** Seconds: when it was first and last paid; 0 for never. */
  readonly first: number;
  readonly last: number;
  /** Mean size of what it was paid, log2 of whole units; the newest counts three tenths. */
  readonly bits: number;
};

/** Document key of what the fleet knows of an account. */
export function fleetKey(account: AccountId): string {
  return `fleet-party/${account}`;
}

const MOST_COUNTED = 2 ** 32 - 1;
const QUICK = 0.3;

/** The record after one more action with the account; `isNewToWallet` where that wallet never paid it before. */
export function learnFleetParty(known: FleetParty | undefined, action: WalletAction, isNewToWallet: boolean): FleetParty {
  const seconds = secondsOf(action.atMs);
  const before: FleetParty = known ?? { v: 1, wallets: 0, paid: 0, calls: 0, tokens: 0, received: 0, first: 0, last: 0, bits: 0 };
  if (action.direction === 'in') return { ...before, received: more(before.received) };
  const bits = bitsOf(unitsOf(action.amount, action.decimals));
  return {
    ...before,
    // Nobody grows old by sending.
    first: before.paid === 0 ? seconds : before.first,
    wallets: more(before.wallets, Number(isNewToWallet)),
    paid: more(before.paid),
    calls: more(before.calls, Number(action.kind === 'call')),
    tokens: more(before.tokens, Number(action.kind === 'token')),
    last: Math.max(before.last, seconds),
    bits: Math.round((before.paid === 0 ? bits : before.bits + QUICK * (bits - before.bits)) * 256) / 256,
  };
}

/** Reads a kept record. Fails closed: undefined for what is malformed or of another version, which is an account that nobody dealt with. */
export function readFleetParty(kept: unknown): FleetParty | undefined {
  if (typeof kept !== 'object' || kept === null) return undefined;
  const record = kept as Partial<Record<keyof FleetParty, unknown>>;
  const isCount = (value: unknown): boolean => Number.isInteger(value) && (value as number) >= 0 && (value as number) <= MOST_COUNTED;
  const counts = [record.wallets, record.paid, record.calls, record.tokens, record.received, record.first, record.last];
  return record.v === 1 && counts.every(isCount) && Number.isFinite(record.bits) ? (kept as FleetParty) : undefined;
}

/** The fleet's record beside an action. `isNewToWallet` as in {@link learnFleetParty}. */
export function viewFleetParty(
  known: FleetParty | undefined,
  { atMs, amount, decimals }: Pick<WalletAction, 'atMs' | 'amount' | 'decimals'>,
  isNewToWallet: boolean,
): FleetView {
  if (known === undefined) return { others: 0, paid: 0, calls: 0, tokens: 0, received: 0, age: -1, sinceLast: -1, above: 0 };
  const seconds = secondsOf(atMs);
  return {
    others: Math.max(0, known.wallets - Number(!isNewToWallet)),
    paid: known.paid,
    calls: known.calls,
    tokens: known.tokens,
    received: known.received,
    age: known.first === 0 ? -1 : spanBits(seconds - known.first),
    sinceLast: known.last === 0 ? -1 : spanBits(seconds - known.last),
    above: known.paid === 0 ? 0 : bitsOf(unitsOf(amount, decimals)) - known.bits,
  };
}

function more(count: number, by = 1): number {
  return Math.min(MOST_COUNTED, count + by);
}
