import { type AccountId, type AssetId, netChange, type TrustLabel } from '../core/index.ts';
import { findLookalike, firstPaidMs, knownOf, type Profile, parseProfile, paymentsTo } from '../risk/index.ts';
import type { Valuation } from './judge-memo.ts';
import type { JudgeState } from './judge-state.ts';
import type { LayerContext } from './layer.ts';
import { isScreenedAccount } from './layers/screened.ts';
import { accountsOf } from './limits/ledger-accounts.ts';
import { roomOf } from './limits/room-in-use.ts';
import type { RuleContext } from './policy/index.ts';
import { effectiveTrust } from './policy/language/trust-label.ts';
import { contractFacts } from './policy/rules/pins.ts';
import { withinHours } from './policy/time/hours.ts';
import { zoneOffsetMs } from './policy/time/time-zone.ts';

const DAY_MS = 86_400_000;

/** What rules read beside the item. State is read once it is asked for, as facts of the decision. */
export class RuleView implements RuleContext {
  readonly type: string;
  readonly agent: string;
  readonly wallet: AccountId;
  readonly riskScore: number | undefined;
  readonly value: bigint | undefined;
  readonly valueDecimals: number;
  readonly #context: LayerContext;
  /** Of the asset that was asked about last: rules ask about one item after the other. */
  #asset: AssetId | undefined;
  #decimals: number | undefined;

  constructor(context: LayerContext, valuation: Valuation | undefined) {
    const { policy, settings, output, request } = context;
    this.type = request.type;
    this.agent = request.agentId;
    this.wallet = request.wallet;
    this.riskScore = settings.riskEnabled ? output.riskScore : undefined;
    this.value = valuation === undefined ? undefined : atStake(valuation, context.exposure.fee);
    this.valueDecimals = policy.unit.decimals;
    this.#context = context;
  }

  get trust(): TrustLabel {
    const { request, policy } = this.#context;
    return this.#context.fact('trust', () => effectiveTrust(request.context.trust, policy.maxTrust));
  }

  get withinHours(): boolean {
    return withinHours(this.#context.policy.hours, (timeZone) => this.localMs(timeZone));
  }

  get exposure(): bigint | undefined {
    const { unit } = accountsOf(this.#context.policy, this.agent);
    const index = unit.cap.windows.findIndex(({ windowMs }) => windowMs === DAY_MS);
    const { used, isNew } = roomOf(this.#context, unit);
    return index < 0 || isNew[index] === true ? undefined : used[index];
  }

  decimals(asset: AssetId): number | undefined {
    if (asset !== this.#asset) {
      this.#asset = asset;
      this.#decimals = this.#context.policy.tokens.get(asset)?.decimals;
    }
    return this.#decimals;
  }

  netChange(asset: AssetId): bigint {
    return netChange(this.#context.effects, this.wallet, asset);
  }

  isNewDestination(account: AccountId): boolean {
    return this.#context.fact(`destination.new.${account}`, (state) => {
      const profile = this.#profile(state);
      return profile === undefined || paymentsTo(profile, account) === 0;
    });
  }

  isListedDestination(account: AccountId): boolean {
    const { destinations, contracts, spenders } = this.#context.policy;
    return destinations.has(account) || contracts.has(account) || spenders.has(account);
  }

  isScreened(account: AccountId): boolean {
    // Only other accounts are looked up on the block list.
    if (account === this.wallet) return false;
    return this.#context.fact(`destination.screened.${account}`, (state) => isScreenedAccount(state, account, this.#context.nowMs));
  }

  isLookalike(account: AccountId): boolean {
    if (account === this.wallet || this.isListedDestination(account)) return false;
    return this.#context.fact(`destination.lookalike.${account}`, (state) => {
      const profile = this.#profile(state);
      if (profile !== undefined && paymentsTo(profile, account) > 0) return false;
      const known = profile === undefined ? [] : knownOf(profile).accounts;
      return (findLookalike(account, known) ?? findLookalike(account, this.#context.policy.named)) !== undefined;
    });
  }

  codeHash(account: AccountId): string | null | undefined {
    return contractFacts(this.#context, account)?.codeHash;
  }

  ageMs(account: AccountId): number | undefined {
    return this.#context.fact(`destination.age.${account}`, (state) => {
      const profile = this.#profile(state);
      const firstMs = profile === undefined ? undefined : firstPaidMs(profile, account);
      return firstMs === undefined ? 0 : Math.max(0, this.#context.nowMs - firstMs);
    });
  }

  localMs(timeZone: string | undefined): number {
    const { nowMs } = this.#context;
    return timeZone === undefined ? nowMs : nowMs + this.#context.fact(`time.offset.${timeZone}`, () => zoneOffsetMs(timeZone, nowMs));
  }

  #profile(state: JudgeState): Profile | undefined {
    return parseProfile(state.doc(accountsOf(this.#context.policy, this.agent).profileKey));
  }
}

/** What leaves, or the fee where that is more: a fee too pays somebody. Undefined where nobody can tell what leaves. */
function atStake({ spend, worthOf }: Valuation, fee: LayerContext['exposure']['fee']): bigint | undefined {
  const cost = worthOf(fee);
  return spend === null ? undefined : typeof cost === 'bigint' && cost > spend ? cost : spend;
}
