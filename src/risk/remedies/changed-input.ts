import type { AssetId, Effect } from '../../core/index.ts';
import type { RiskInput } from '../risk-input.ts';

/** The one payment of a transaction. */
export type Payment = Extract<Effect, { kind: 'inflow' | 'outflow' }> & { readonly kind: 'outflow' };
/** The one right that it gives. */
export type Right = Extract<Effect, { kind: 'allowance' }>;

/** The only payment of the wallet's own; undefined where there is none, or several: which of them to lower is nobody's guess. */
export function onlyPayment({ effects, wallet }: RiskInput): Payment | undefined {
  const payments = effects.filter((effect): effect is Payment => effect.kind === 'outflow');
  const [only] = payments;
  return payments.length === 1 && only?.source === 'bytes' && only.account === wallet && only.amount > 0n ? only : undefined;
}

/** The only allowance that the wallet gives; undefined where there is none, or several. */
export function onlyRight({ effects, wallet }: RiskInput): Right | undefined {
  const rights = effects.filter((effect): effect is Right => effect.kind === 'allowance');
  const [only] = rights;
  return rights.length === 1 && only?.source === 'bytes' && only.owner === wallet ? only : undefined;
}

/** The same transaction with another amount. `worthOf` values it in the unit of the limits; null where it cannot. */
export function withAmount(
  input: RiskInput,
  payment: Payment,
  amount: bigint,
  worthOf: (asset: AssetId, amount: bigint) => bigint | null,
): RiskInput {
  const [before, after] = [worthOf(payment.asset, payment.amount), worthOf(payment.asset, amount)];
  const { outflow } = input.amountsInUnit;
  const next = outflow === null || before === null || after === null ? null : outflow - before + after;
  const effects = input.effects.map((effect): Effect => {
    if (effect === payment) return { ...payment, amount };
    // The call that carries the payment.
    const carries = effect.kind === 'call' && effect.leaf === payment.leaf && effect.value === payment.amount;
    return carries ? { ...effect, value: amount } : effect;
  });
  return { ...input, effects, amountsInUnit: { ...input.amountsInUnit, outflow: next } };
}

/** The same transaction with another allowance. */
export function withAllowance(input: RiskInput, right: Right, amount: bigint): RiskInput {
  return { ...input, effects: input.effects.map((effect): Effect => (effect === right ? { ...right, amount } : effect)) };
}

/** The same transaction some time later, with a market that stands as it does now. */
export function later(input: RiskInput, forMs: number): RiskInput {
  return { ...input, nowMs: input.nowMs + forMs, market: moved(input.market, forMs) as RiskInput['market'] };
}

/** What is of some moment is of a later one; what stands still (0) stands still. */
function moved(value: unknown, byMs: number): unknown {
  if (Array.isArray(value)) return value.map((item) => moved(item, byMs));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      key === 'atMs' && typeof inner === 'number' && inner > 0 ? inner + byMs : moved(inner, byMs),
    ]),
  );
}
