import type { AccountId } from '../../src/core/index.ts';
import { type FleetParty, learnFleetParty, viewFleetParty } from '../../src/risk/habits/fleet-party.ts';
import {
  actionsOf,
  assessRisk,
  createListLook,
  emptyProfile,
  habitsOf,
  isNewTo,
  type Profile,
  type RiskAssessment,
  type Screening,
  trainHabits,
  type WalletAction,
} from '../../src/risk/index.ts';
import { type ApprovalRow, effectsOf, listedTokens } from './approval-calls.ts';
import type { HistoryRow } from './read-histories.ts';
import { MAINNET } from './spellings.ts';

/** What the engine said of one approval, from what was settled before it. */
export interface ScoredApproval {
  readonly wallet: AccountId;
  readonly isBad: boolean;
  /** 0–100 by rights, spender and lists alone; above that where a list names the spender. */
  readonly score: number;
  /** The gate, by these signals alone, would ask a person or deny. */
  readonly stops: boolean;
}

/**
 * Signals that count here. What the habits say of the action as a whole is left out: it knows whether the wallet ever dealt in the token and how long ago it
 * last did anything, and in both the rows with other spenders differ by how they were made.
 */
const COUNTED: ReadonlySet<string> = new Set([
  'allowance_unlimited',
  'allowance_new_spender',
  'pattern:approval_phishing',
  'address_blacklisted',
]);
/** Every token counts as one that the deployment lists; of how many decimals the rows do not say. */
const TOKEN_DECIMALS = 18;
/** A listed spender is above every score. */
const LISTED = 200;
/** What a person is asked at, and how far the strongest signals may be averaged down; as in `src/risk`. */
const HIGH = 60;
const STRONGEST_LESS = 15;

/**
 * Judges the approvals in one pass; only what came before is known, and what was stopped and bad never settles. `others` are what wallets did besides, in the
 * order of time.
 */
export function scoreApprovals(
  rows: readonly ApprovalRow[],
  screening: Screening,
  others: readonly HistoryRow[] = [],
): readonly ScoredApproval[] {
  const profiles = new Map<AccountId, Profile>();
  const fleet = new Map<AccountId, FleetParty>();
  const profileOf = (wallet: AccountId): Profile => profiles.get(wallet) ?? emptyProfile();
  const learn = (wallet: AccountId, actions: readonly WalletAction[]): void => {
    const profile = profileOf(wallet);
    for (const action of actions) {
      const party = action.party as AccountId;
      fleet.set(party, learnFleetParty(fleet.get(party), action, action.direction === 'out' && isNewTo(habitsOf(profile), party)));
    }
    profiles.set(wallet, trainHabits(profile, actions));
  };
  const known = listedTokens(new Set(rows.filter(({ calldata }) => calldata.startsWith('0x095ea7b3')).map(({ token }) => token)));
  const view = screening.view();
  let next = 0;
  return rows.map(({ wallet, token, calldata, atMs, isBad }) => {
    for (; (others[next]?.action.atMs ?? Number.POSITIVE_INFINITY) < atMs; next += 1) {
      const { wallet: doer, action } = others[next] as HistoryRow;
      learn(`${MAINNET}:${doer}` as AccountId, [action]);
    }
    const profile = profileOf(wallet);
    const effects = effectsOf(wallet, token, calldata, known);
    const assessment = assessRisk({
      ...{ effects, wallet, nowMs: atMs, profile, allowListed: () => false, amountsInUnit: { outflow: 0n, perTransaction: null } },
      listed: () => undefined,
      lists: createListLook({ view, lacking: [], nowMs: atMs }),
      fleet: (account) => viewFleetParty(fleet.get(account), { atMs, amount: 0n, decimals: 18 }, isNewTo(habitsOf(profile), account)),
    });
    const scored = { wallet, isBad, ...verdictOf(assessment) };
    if (!(isBad && scored.stops)) learn(wallet, actionsOf({ effects, wallet, atMs, decimals: () => TOKEN_DECIMALS }));
    return scored;
  });
}

function verdictOf({ factors, patterns, vetoes }: RiskAssessment): Pick<ScoredApproval, 'score' | 'stops'> {
  const calm = factors.filter(({ id }) => COUNTED.has(id)).reduce((left, { points }) => left * (1 - points / 100), 1);
  const joined = (1 - calm) * 100;
  const isListed = vetoes.some(({ reason }) => reason === 'address_blacklisted');
  const asks = patterns.some(({ id, recommendedAction }) => id === 'approval_phishing' && recommendedAction !== 'alert');
  return { score: isListed ? LISTED : joined, stops: isListed || asks || joined - STRONGEST_LESS >= HIGH };
}
