import type { AccountActivity, ActivityPage } from '../../core/chain-adapter.ts';
import type { AccountId, AssetId } from '../../core/ids.ts';
import type { Checkpoint } from './checkpoint.ts';
import { eventFinding, type Finding, toFinding, type Watched } from './finding.ts';
import { isGranted, withGrant } from './grants.ts';

/** What our own records say of an event: null where no decision covers it. */
export interface Cover {
  /** The most that the decision lets leave an account in the chain's coin, fee included. */
  spends(account: AccountId): bigint;
}

/** What judging a page needs. */
export interface PageParts {
  readonly watched: ReadonlyMap<AccountId, Watched>;
  readonly cover: (event: AccountActivity, watched: Watched) => Promise<Cover | null>;
  /** Whether the deployment knows the asset: what other contracts write in their logs proves nothing. */
  readonly isKnown: (asset: AssetId) => boolean;
}

/** A page as judged: what is new in it, and the checkpoint after it. */
export interface JudgedPage {
  readonly findings: readonly Finding[];
  /** Findings of before that are not on the chain any more. */
  readonly vanished: Checkpoint['recent'];
  readonly checkpoint: Checkpoint;
}

/** A right that is taken away harms nobody, and what came in is no loss. */
const isHarmless = ({ kind, amount }: AccountActivity): boolean =>
  kind === 'received' || ((kind === 'allowance' || kind === 'operator') && amount === 0n);

/** Code that went back to what it was because the block that changed it is gone. */
const isUndone = (page: ActivityPage, { kind, counterparty }: AccountActivity): boolean =>
  page.reorganised && kind === 'code' && counterparty === null;

/**
 * Whether a finding tells of all that its transaction did, and why coins are fewer. One that anybody could have had written does not: it
 * would hide what is written behind it.
 */
const tells = ({ kind, isCertain }: Finding): boolean => isCertain || kind === 'transaction';
const isOf = ({ facts }: Finding, { txHash }: AccountActivity): boolean => facts['txHash'] === txHash;

/**
 * What the next page is compared with. Where the chain did not say what an account holds, what may have left it since is taken off; where
 * blocks are gone, or a finding tells of the account already, what was held before says nothing.
 */
function holdingsAfter(
  before: Checkpoint['holdings'],
  page: ActivityPage,
  explained: ReadonlyMap<AccountId, bigint>,
  reported: ReadonlySet<AccountId>,
): Checkpoint['holdings'] {
  const least = (account: string, held: string): string => {
    const left = BigInt(held) - (explained.get(account as AccountId) ?? 0n);
    return (left > 0n ? left : 0n).toString();
  };
  const still = Object.entries(before).filter(([account]) => !page.reorganised && !reported.has(account as AccountId));
  const known = still.map(([account, held]) => [account, least(account, held)]);
  return Object.fromEntries([...known, ...page.holdings.map(({ account, amount }) => [account, amount.toString()])]);
}

/** Coins that left an account though no event shows how. */
function balanceFindings(
  parts: PageParts,
  before: Checkpoint['holdings'],
  page: ActivityPage,
  explained: ReadonlyMap<AccountId, bigint>,
  reported: ReadonlySet<AccountId>,
): readonly Finding[] {
  const found: Finding[] = [];
  for (const { account, amount } of page.holdings) {
    const held = Object.hasOwn(before, account) ? BigInt(before[account] as string) : undefined;
    const watched = parts.watched.get(account);
    if (held === undefined || watched === undefined || reported.has(account) || page.reorganised) continue;
    const missing = held - amount - (explained.get(account) ?? 0n);
    if (missing <= 0n) continue;
    const facts = { before: held.toString(), after: amount.toString(), unexplained: missing.toString() };
    found.push(toFinding('balance', watched, [held.toString(), amount.toString(), page.cursor], { height: null, isCertain: true, facts }));
  }
  return found;
}

/** After a reorganisation, once everything was read again: what did not come again is gone. */
function settleRescan({ recent, rescan, ...rest }: Checkpoint, more: boolean): Pick<JudgedPage, 'checkpoint' | 'vanished'> {
  if (rescan === null || more) return { checkpoint: { ...rest, recent, rescan }, vanished: [] };
  const isGone = ({ key, height, gone }: Checkpoint['recent'][number]): boolean =>
    !gone && height !== null && height >= rescan.from && !rescan.seen.includes(key);
  return {
    vanished: recent.filter(isGone),
    checkpoint: { ...rest, rescan: null, recent: recent.map((one) => (isGone(one) ? { ...one, gone: true } : one)) },
  };
}

/** Judges a page of what happened against our own records. */
export async function judgePage(parts: PageParts, before: Checkpoint, page: ActivityPage): Promise<JudgedPage> {
  const findings: Finding[] = [];
  const explained = new Map<AccountId, bigint>();
  let { grants } = before;
  for (const event of page.events) {
    const watched = parts.watched.get(event.account);
    if (watched === undefined || isUndone(page, event)) continue;
    if (isHarmless(event)) {
      if (event.kind !== 'received') grants = withGrant(grants, event);
      continue;
    }
    const cover = await parts.cover(event, watched);
    if (cover !== null) {
      if (event.kind === 'sent' && event.slot !== null)
        for (const account of parts.watched.keys()) explained.set(account, (explained.get(account) ?? 0n) + cover.spends(account));
      if (event.kind === 'allowance' || event.kind === 'operator') grants = withGrant(grants, event);
      continue;
    }
    if (event.kind === 'sent' && event.slot === null && isGranted(grants, event)) continue;
    if (event.txHash !== '' && findings.some((one) => tells(one) && one.watched.wallet === watched.wallet && isOf(one, event))) continue;
    const isOwn = event.kind === 'code' || event.slot !== null;
    findings.push(eventFinding(event, watched, isOwn || (event.asset !== null && parts.isKnown(event.asset))));
  }
  const reported = new Set(findings.filter(tells).map(({ watched }) => watched.account));
  findings.push(...balanceFindings(parts, before.holdings, page, explained, reported));
  const known = new Map(before.recent.map((one) => [one.key, one]));
  const fresh = findings.filter(({ key }, index) => !known.has(key) && findings.findIndex((other) => other.key === key) === index);
  const again = new Map(findings.map((finding) => [finding.key, finding]));
  const rescan = page.reorganised
    ? { from: Math.min(page.fromHeight ?? 0, before.rescan?.from ?? Number.MAX_SAFE_INTEGER), seen: before.rescan?.seen ?? [] }
    : before.rescan;
  const after: Checkpoint = {
    v: 1,
    cursor: page.cursor,
    holdings: holdingsAfter(before.holdings, page, explained, reported),
    grants,
    recent: [
      ...before.recent.map((one) => {
        const seen = again.get(one.key);
        return seen === undefined ? one : { ...one, gone: false, height: seen.height };
      }),
      ...fresh.map(({ key, height, facts }) => ({ key, height, gone: false, facts })),
    ],
    rescan: rescan === null ? null : { ...rescan, seen: [...rescan.seen, ...again.keys()] },
  };
  return { findings: fresh, ...settleRescan(after, page.more) };
}
