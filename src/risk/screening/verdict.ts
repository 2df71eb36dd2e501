import type { AccountId, TimeMs } from '../../core/index.ts';
import type { ScreeningEntry, ScreeningKind, ScreeningSeverity } from './entry.ts';
import type { Exemption } from './exemption.ts';
import type { ListBasis, ListTrust } from './list-source.ts';
import { worse } from './listing.ts';

/** One list's word on an account. */
export interface ScreeningHit {
  readonly list: string;
  readonly trust: ListTrust;
  readonly basis: ListBasis;
  readonly kind: ScreeningKind;
  readonly severity: ScreeningSeverity;
  readonly votes: number;
  /** Reports that the list asks for. */
  readonly minVotes: number;
  readonly loadedMs: TimeMs;
  readonly expiresMs: TimeMs | null;
}

/**
 * What all lists together say of an account. `listed`: a veto. `doubtful`: some list names it, but it is an ordinary contract
 * by what else is known; the score rises. `exempt`: the owner, or the list of well-known contracts, stands against the listing.
 */
export interface ScreeningFinding {
  readonly account: AccountId;
  readonly verdict: 'clear' | 'exempt' | 'doubtful' | 'listed';
  /** Every list that names the account and is in force, also those that were outweighed. */
  readonly hits: readonly ScreeningHit[];
  readonly exemption: Exemption | undefined;
  /** What it adds to the score, 0–100. */
  readonly points: number;
}

/** How far a list counts against evidence of ordinary use. */
const WEIGHT: Readonly<Record<ListTrust, number>> = { owner: Number.POSITIVE_INFINITY, authority: 4, curated: 2, community: 1 };
const DOUBT: Readonly<Record<ScreeningSeverity, number>> = { low: 10, medium: 20, high: 30, critical: 40 };

/** Decides between lists. Pure; `hits` are those in force, one of them at least. */
export function weigh(
  account: AccountId,
  hits: readonly ScreeningHit[],
  exemption: Exemption | undefined,
  isTokenOnly: boolean,
): ScreeningFinding {
  let against = 0;
  let ordinary = 0;
  let isBound = false;
  let isHeldOnly = true;
  for (const hit of hits) {
    if (hit.basis === 'ordinary') {
      ordinary += weightOf(hit);
      continue;
    }
    against += weightOf(hit);
    isHeldOnly &&= hit.basis === 'holder';
    isBound ||= hit.trust === 'owner' || (isBinding(hit) && !excuses(exemption, hit));
  }
  if (against === 0) return { account, verdict: 'clear', hits, exemption, points: 0 };
  if (!isBound && exemption !== undefined && !isBeyond(exemption, hits)) return { account, verdict: 'exempt', hits, exemption, points: 0 };
  // An issuer that freezes a holder says nothing against the token whose contract that holder is.
  const isOutweighed = (isTokenOnly && isHeldOnly) || !(against > ordinary);
  if (isBound || !isOutweighed) return { account, verdict: 'listed', hits, exemption, points: 100 };
  return { account, verdict: 'doubtful', hits, exemption, points: DOUBT[worstOf(hits)] };
}

function worstOf(hits: readonly ScreeningHit[]): ScreeningSeverity {
  return hits.reduce<ScreeningSeverity>((most, { basis, severity }) => (basis === 'ordinary' ? most : worse(most, severity)), 'low');
}

/** What an authority says of the account itself is not outweighed by lists of others. */
function isBinding({ trust, basis, kind }: ScreeningHit): boolean {
  return trust === 'authority' && (basis === 'actor' || kind === 'sanctioned');
}

/** A token of the deployment's own is excused from reports of whatever kind but sanctions, whoever tells of them. */
function isBeyond(exemption: Exemption, hits: readonly ScreeningHit[]): boolean {
  return exemption.by === 'token_list' && hits.some(({ basis, kind }) => basis !== 'ordinary' && kind === 'sanctioned');
}

function excuses(exemption: Exemption | undefined, hit: ScreeningHit): boolean {
  if (exemption === undefined || exemption.by !== 'owner') return false;
  return hit.kind !== 'sanctioned' || exemption.overridesSanctions;
}

function weightOf({ trust, basis, votes, minVotes }: ScreeningHit): number {
  const isWeak = votes < minVotes || basis === 'involved' || basis === 'holder';
  return isWeak ? Math.min(1, WEIGHT[trust]) : WEIGHT[trust];
}

/**
 * A veto as the entry that a score is made from; undefined unless the account is listed.
 *
 * @example
 * ```ts
 * import { toScreeningEntry } from 'castellan';
 * import { parseAccount } from 'castellan/adapter';
 *
 * const account = parseAccount('eip155:1:0xd8da6bf26964af9d7eed9e03e53415d37aa96045');
 * console.log(toScreeningEntry({ account, verdict: 'clear', hits: [], exemption: undefined, points: 0 })); // undefined
 * ```
 */
export function toScreeningEntry({ account, verdict, hits }: ScreeningFinding): ScreeningEntry | undefined {
  if (verdict !== 'listed') return undefined;
  const against = hits.filter(({ basis }) => basis !== 'ordinary');
  const [first, ...others] = against;
  if (first === undefined) return undefined;
  const rank = (hit: ScreeningHit): number => (hit.trust === 'owner' ? 8 : isBinding(hit) ? 4 : WEIGHT[hit.trust] - 1);
  const strongest = others.reduce((best, hit) => (rank(hit) > rank(best) ? hit : best), first);
  const { kind, severity, list, loadedMs, expiresMs } = strongest;
  return { account, kind, severity, source: list, addedMs: loadedMs, expiresMs };
}
