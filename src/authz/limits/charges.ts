import type { ChargeLine, Reason } from '../../core/index.ts';
import type { AssetAmount } from '../exposure.ts';
import type { Unpriced, Valuation } from '../judge-memo.ts';
import { type LayerContext, reason } from '../layer.ts';
import type { CompiledCap } from '../policy/index.ts';
import { capShares } from './cap-shares.ts';
import { accountsOf, type LedgerAccount } from './ledger-accounts.ts';
import type { UnitRates } from './unit-rates.ts';
import { worthAt } from './valuation.ts';

/** Room to take on one account. */
export interface Charge {
  readonly at: LedgerAccount;
  readonly amount: bigint;
  /** The part of it that is the fee ceiling. */
  readonly fee: bigint;
}

/** The charges of a transaction, or why it cannot be charged. */
export interface Charges {
  readonly charges: readonly Charge[];
  readonly problems: readonly Reason[];
}

/**
 * What a transaction takes from which account: every outflow and limited allowance, and the most that the fee can be. An
 * asset with limits of its own counts there, everything else in the unit, rounded up. Amount and fee are valued apart, so
 * that the fee can later be booked at what it really was.
 *
 * Fails closed: an amount that has no limits of its own and no price is a problem, not zero.
 */
export function chargesOf(context: LayerContext, valuation: Valuation, units: UnitRates): Charges {
  const { exposure, policy, request } = context;
  const accounts = accountsOf(policy, request.agentId);
  const charges: { at: LedgerAccount; amount: bigint; fee: bigint }[] = [];
  const problems: Reason[] = [];
  const take = (at: LedgerAccount, amount: bigint, fee: bigint): void => {
    for (const charge of charges) {
      if (charge.at.account !== at.account) continue;
      charge.amount += amount + fee;
      charge.fee += fee;
      return;
    }
    charges.push({ at, amount: amount + fee, fee });
  };
  const book = (spent: AssetAmount, isFee: boolean): bigint | undefined => {
    const own = accounts.asset(spent.asset);
    const value = own === undefined ? valuation.worthOf(spent) : spent.amount;
    if (typeof value === 'string') {
      problems.push(unpriced(value, spent, policy.unit.id));
      return undefined;
    }
    take(own ?? accounts.unit, isFee ? 0n : value, isFee ? value : 0n);
    return value;
  };
  for (const total of exposure.spendTotals) if (total.amount > 0n) book(total, false);
  if (exposure.fee.amount > 0n) book(exposure.fee, true);
  const strategy = request.context.strategy === undefined ? undefined : accounts.strategy(request.context.strategy);
  if (strategy !== undefined) {
    if (valuation.spend !== null) take(strategy, valuation.spend, 0n);
    else if (problems.length === 0)
      problems.push(
        reason('price_unavailable', 'The strategy bounds a volume that cannot be valued.', { rule: strategy.account, unit: strategy.unit }),
      );
  }
  for (const cap of policy.caps) chargeCap(context, cap, valuation, units, take, problems);
  return { charges, problems };
}

/** What a named cap counts, on the accounts that the effects lead to. A cap that cannot be counted is a problem, not zero. */
function chargeCap(
  { exposure, policy, request }: LayerContext,
  cap: CompiledCap,
  valuation: Valuation,
  units: UnitRates,
  take: (at: LedgerAccount, amount: bigint, fee: bigint) => void,
  problems: Reason[],
): void {
  const { shares, unlimited, isOpen } = capShares(cap, request, exposure);
  const { unit } = cap.spec;
  const rule = cap.capId;
  if (unlimited !== null)
    problems.push(
      reason('spend_exceeds_cap', 'An unlimited allowance fits under no cap.', { rule, requested: 'unlimited', unit: unlimited }),
    );
  if (isOpen)
    problems.push(
      reason('cap_subject_unknown', 'The effects do not show whom this goes to, and a cap counts by that.', {
        rule,
        facts: { scope: cap.scope },
      }),
    );
  const worth = (spent: AssetAmount): bigint => {
    if (cap.asset !== null || spent.asset === unit) return spent.amount;
    const value =
      unit === policy.unit.id ? valuation.worthOf(spent) : worthAt(units.get(unit)?.get(spent.asset) ?? 'no_source', spent.amount);
    if (typeof value === 'bigint') return value;
    if (!problems.some((problem) => problem.unit === spent.asset && problem.facts?.['limitUnit'] === unit))
      problems.push(unpriced(value, spent, unit));
    return 0n;
  };
  for (const { at, spent, fee } of shares) {
    for (const amount of spent) take(at, worth(amount), 0n);
    if (fee !== null) take(at, 0n, worth(fee));
  }
}

/**
 * The room of an account that a transaction in the same place of the sequence holds already: of the two at most one lands, so that only what
 * goes beyond is taken.
 */
export function roomShared(context: Pick<LayerContext, 'place' | 'fact'>, account: string): bigint {
  const { place } = context;
  if (place === undefined) return 0n;
  const lines = context.fact('limits.shared', () => place.lines.map((line) => [line.account, line.amount]));
  return lines.reduce((sum, [name, amount]) => (name === account ? sum + BigInt(amount ?? '0') : sum), 0n);
}

/** The charges as ledger lines, less the room that is shared; without amount there is no line. */
export function chargeLines(context: Pick<LayerContext, 'place' | 'fact'>, charges: readonly Charge[]): readonly ChargeLine[] {
  const lines: ChargeLine[] = [];
  for (const { at, amount } of charges) {
    const more = amount - roomShared(context, at.account);
    if (more > 0n) lines.push({ account: at.account, amount: more.toString() });
  }
  return lines;
}

/** The fee's part of the lines. */
export function feeLines(charges: readonly Charge[]): readonly ChargeLine[] {
  const lines: ChargeLine[] = [];
  for (const { at, fee } of charges) if (fee > 0n) lines.push({ account: at.account, amount: fee.toString() });
  return lines;
}

const GAPS = {
  no_price: ['price_unavailable', 'Nobody has a price for the asset.'],
  stale: ['price_stale', 'The price of the asset is too old to say anything about now.'],
  divergent: ['price_divergent', 'The sources of the asset’s price are too far apart.'],
} as const;

function unpriced(why: Unpriced, { asset, amount }: AssetAmount, unit: string): Reason {
  if (why === 'no_source')
    return reason('limit_missing', 'The asset has no limits of its own and nothing values it in the unit of the limits.', {
      requested: amount.toString(),
      unit: asset,
      facts: { limitUnit: unit },
    });
  const [code, message] = GAPS[why];
  return reason(code, message, { requested: amount.toString(), unit: asset, retryable: true, facts: { limitUnit: unit } });
}
