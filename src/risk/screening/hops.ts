import { type AccountId, CastellanError, type TimeMs } from '../../core/index.ts';
import type { ScreeningSeverity } from './entry.ts';
import type { ScreeningFinding } from './verdict.ts';

/** A payment between two others, or with us, as our own state shows it. */
export interface SeenPayment {
  readonly from: AccountId;
  readonly to: AccountId;
  readonly atMs: TimeMs;
}

/** A listed account that a counterparty had to do with. */
export interface HopRisk {
  readonly account: AccountId;
  /** The listed account. */
  readonly via: AccountId;
  /** `paid`: the counterparty paid it, which it chose to do. `received`: it was paid by it, which anybody can do to anybody. */
  readonly direction: 'paid' | 'received';
  readonly atMs: TimeMs;
  /** What it adds to the score, 0–100. */
  readonly points: number;
}

/** What hops stand on. */
export interface HopOptions {
  /** The current word on an account; `screen` of `Screening`. */
  readonly screen: (account: AccountId) => Pick<ScreeningFinding, 'verdict' | 'hits'>;
  /** Accounts remembered, in each of two books: those that touched a listed one, and the others. Default 50,000. */
  readonly capacity?: number | undefined;
  /** Older payments count no more. Default a year. */
  readonly maxAgeMs?: number | undefined;
}

/** Remembers who paid whom, as far as our own state shows it, in bounded memory. */
export interface Hops {
  /** Takes in one payment, also one that is no news. O(1). */
  observe(payment: SeenPayment): void;
  /** The worst listed account one payment away from this one; undefined where none is known. Lists of today count, not of then. */
  hopRisk(account: AccountId, nowMs: TimeMs): HopRisk | undefined;
  /** Accounts remembered. */
  readonly size: number;
}

interface Link {
  readonly other: AccountId;
  readonly direction: HopRisk['direction'];
  readonly atMs: TimeMs;
  /** It was listed when it was last looked at: kept before others. */
  isListed: boolean;
}

const LINKS = 16;
const YEAR_MS = 31_536_000_000;
const CAPACITY = 50_000;
/** For an account that was paid; half of it for one that only paid. */
const POINTS: Readonly<Record<ScreeningSeverity, number>> = { low: 20, medium: 30, high: 40, critical: 50 };

/**
 * Creates an empty memory. Payments with nobody listed are remembered too, because lists come late; they can push out each other,
 * and never those with somebody listed. A contract that is exempt carries nothing on: everybody deals with it.
 *
 * @throws CONFIG_INVALID
 * @example
 * ```ts
 * import { createHops } from 'castellan';
 * import { parseAccount } from 'castellan/adapter';
 *
 * const shop = parseAccount('eip155:1:0x00000000000000000000000000000000000000aa');
 * const thief = parseAccount('eip155:1:0x00000000000000000000000000000000000000bb');
 * // In earnest: the `screen` of a Screening.
 * const hops = createHops({ screen: (account) => ({ verdict: account === thief ? 'listed' : 'clear', hits: [] }) });
 * hops.observe({ from: shop, to: thief, atMs: 1_700_000_000_000 });
 * console.log(hops.hopRisk(shop, 1_700_000_060_000)?.direction); // paid
 * ```
 */
export function createHops({ screen, capacity = CAPACITY, maxAgeMs = YEAR_MS }: HopOptions): Hops {
  if (!Number.isSafeInteger(capacity) || capacity < 1 || !(maxAgeMs > 0))
    throw new CastellanError('CONFIG_INVALID', { message: 'The memory of hops has a capacity and an age above zero.' });
  // In order of last use: the first is the first to be forgotten.
  const touched = new Map<AccountId, Link[]>();
  const others = new Map<AccountId, Link[]>();
  const isListed = (account: AccountId): boolean => screen(account).verdict === 'listed';

  const keep = (account: AccountId, links: Link[]): void => {
    touched.delete(account);
    others.delete(account);
    const book = links.some((link) => link.isListed) ? touched : others;
    book.set(account, links);
    if (book.size > capacity) book.delete(book.keys().next().value as AccountId);
  };

  const link = (account: AccountId, other: AccountId, direction: Link['direction'], atMs: TimeMs): void => {
    const links = (touched.get(account) ?? others.get(account) ?? []).filter((one) => one.other !== other || one.direction !== direction);
    links.push({ other, direction, atMs, isListed: isListed(other) });
    if (links.length > LINKS) {
      // The least to lose: nobody listed before somebody, who was paid by it before who paid it, the old before the new.
      const rank = (one: Link): number => (one.isListed ? 2 : 0) + (one.direction === 'paid' ? 1 : 0);
      let least = 0;
      for (const [at, one] of links.entries()) if (rank(one) < rank(links[least] as Link)) least = at;
      links.splice(least, 1);
    }
    keep(account, links);
  };

  return Object.freeze<Hops>({
    observe({ from, to, atMs }) {
      if (from === to) return;
      link(from, to, 'paid', atMs);
      link(to, from, 'received', atMs);
    },
    hopRisk(account, nowMs) {
      const links = touched.get(account) ?? others.get(account);
      if (links === undefined || screen(account).verdict === 'exempt') return undefined;
      let worst: HopRisk | undefined;
      for (const one of links) {
        const { verdict, hits } = screen(one.other);
        one.isListed = verdict === 'listed';
        if (!one.isListed || nowMs - one.atMs > maxAgeMs) continue;
        const most = Math.max(...hits.filter(({ basis }) => basis !== 'ordinary').map(({ severity }) => POINTS[severity]), POINTS.low);
        const points = one.direction === 'paid' ? most : most / 2;
        if (worst === undefined || points > worst.points) {
          worst = Object.freeze({ account, via: one.other, direction: one.direction, atMs: one.atMs, points });
        }
      }
      keep(account, links);
      return worst;
    },
    get size() {
      return touched.size + others.size;
    },
  });
}
