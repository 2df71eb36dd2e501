import type { ChargeLine, LedgerCap, Reason } from '../../core/index.ts';
import type { AssetAmount } from '../exposure.ts';
import type { Valuation } from '../judge-memo.ts';
import { type LayerContext, reason } from '../layer.ts';
import { accountsOf, type LedgerAccount } from './ledger-accounts.ts';

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
export function chargesOf(context: LayerContext, valuation: Valuation): Charges {
  const { exposure, policy, request } = context;
  const accounts = accountsOf(policy, request.agentId);
  const charges: { at: LedgerAccount; amount: bigint; fee: bigint }[] = [];
  const problems: Reason[] = [];
  const take = (at: LedgerAccount, amount: bigint, fee: bigint): void => {
    for (const charge of charges) {
      if (charge.at !== at) continue;
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
  return { charges, problems };
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

/** The caps that stand over the charged accounts. */
export function chargeCaps(charges: readonly Charge[]): readonly LedgerCap[] {
  return charges.map(({ at }) => at.cap);
}

function unpriced(why: 'no_source' | 'no_price', { asset, amount }: AssetAmount, unit: string): Reason {
  return why === 'no_source'
    ? reason('limit_missing', 'The asset has no limits of its own and nothing values it in the unit of the limits.', {
        requested: amount.toString(),
        unit: asset,
        facts: { limitUnit: unit },
      })
    : reason('price_unavailable', 'There is no fresh price for the asset.', {
        requested: amount.toString(),
        unit: asset,
        retryable: true,
        facts: { limitUnit: unit },
      });
}
