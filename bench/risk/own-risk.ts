import type { AccountId, Effect } from '../../src/core/index.ts';
import {
  assessRisk,
  emptyProfile,
  type Profile,
  type RiskInput,
  type Screening,
  toScreeningEntry,
  trainProfile,
} from '../../src/risk/index.ts';
import { type MadePayment, madeAccount } from './made-payments.ts';

const WALLET = madeAccount(0x7fff_0000);

/** The input of a score as the gate makes it: one payment, its fee, screening by real lists, the profile as it stands. */
export function riskInputOf({ atMs, to, asset, amount, decimals }: MadePayment, profile: Profile, screening: Screening): RiskInput {
  const effects: readonly Effect[] = [
    { leaf: '0', source: 'bytes', kind: 'outflow', account: WALLET, counterparty: to, asset, amount },
    { leaf: '0', source: 'bytes', kind: 'fee', account: WALLET, asset, max: 21_000n },
  ];
  return {
    ...{ effects, wallet: WALLET, nowMs: atMs, profile },
    listed: (account: AccountId) => {
      const finding = screening.screen(account, { nowMs: atMs });
      return finding.verdict === 'clear' ? undefined : toScreeningEntry(finding);
    },
    allowListed: () => false,
    amountsInUnit: { outflow: amount, perTransaction: null },
    decimals: () => decimals,
    market: { atMs, dailyVolatility: 0.02, priceImpact: null },
  };
}

/** One agent under our own detector: all signals, patterns, the model of habits and screening; then the settled payment is learnt. */
export class OwnRisk {
  readonly #screening: Screening;
  profile: Profile = emptyProfile();

  constructor(screening: Screening) {
    this.#screening = screening;
  }

  score(payment: MadePayment): number {
    return assessRisk(riskInputOf(payment, this.profile, this.#screening)).score;
  }

  /** The score with every reason written out, characters. */
  explain(payment: MadePayment): number {
    const { score, factors } = assessRisk(riskInputOf(payment, this.profile, this.#screening));
    return factors.reduce((length, { detail }) => length + detail.length, score);
  }

  /** The profile as a store keeps it. */
  text(): string {
    return JSON.stringify(this.profile);
  }

  learn({ atMs, to, asset, amount, decimals }: MadePayment): void {
    this.profile = trainProfile(this.profile, { atMs, account: to, asset, amount, unitAmount: amount, decimals });
  }
}
