import {
  type AccountId,
  type AssetId,
  type Effect,
  type Expectation,
  type ExpectedFlow,
  netChange,
  type Reason,
} from '../../core/index.ts';
import { reason } from '../layer.ts';

/** Assets of which the wallet has less afterwards, and how much less. */
function losses(effects: readonly Effect[], wallet: AccountId): ReadonlyMap<AssetId, bigint> {
  const found = new Map<AssetId, bigint>();
  for (const effect of effects) {
    if (effect.kind !== 'outflow' || effect.account !== wallet || found.has(effect.asset)) continue;
    const loss = -netChange(effects, wallet, effect.asset);
    if (loss > 0n) found.set(effect.asset, loss);
  }
  return found;
}

const told = (rule: string, message: string, flow: Pick<ExpectedFlow, 'asset' | 'amount'>, found: bigint): Reason =>
  reason('expectation_not_met', message, {
    rule,
    limit: flow.amount.toString(),
    requested: found.toString(),
    unit: flow.asset,
  });

/** What leaves beyond `out`, by what the simulation measured and by what the bytes allow. */
function unmetOut(out: readonly ExpectedFlow[], simulated: readonly Effect[], decoded: readonly Effect[], wallet: AccountId): Reason[] {
  const found: Reason[] = [];
  const [measured, allowed] = [losses(simulated, wallet), losses(decoded, wallet)];
  for (const asset of new Set([...measured.keys(), ...allowed.keys()])) {
    const flow = out.find((known) => known.asset === asset);
    const loss = measured.get(asset) ?? 0n;
    const most = allowed.get(asset) ?? 0n;
    const worst = loss > most ? loss : most;
    if (flow === undefined)
      found.push(told('expect.out', 'An asset leaves that the expectation does not name.', { asset, amount: 0n }, worst));
    else if (worst > flow.amount) found.push(told('expect.out', 'More leaves than expected.', flow, worst));
  }
  for (const flow of out)
    if (flow.bound === 'exactly' && (measured.get(flow.asset) ?? 0n) !== flow.amount)
      found.push(told('expect.out', 'Another amount leaves than expected.', flow, measured.get(flow.asset) ?? 0n));
  return found;
}

/** Rights that somebody else than the expected spender is given. */
function otherSpenders(spender: AccountId, effects: readonly Effect[], wallet: AccountId): readonly AccountId[] {
  return effects.flatMap((effect) => {
    if (effect.kind === 'allowance' && effect.owner === wallet && effect.amount !== 0n && effect.spender !== spender)
      return [effect.spender];
    if (effect.kind === 'operator' && effect.owner === wallet && effect.approved && effect.operator !== spender) return [effect.operator];
    return [];
  });
}

/**
 * Holds a request's expectation against what was simulated, and against what the bytes allow; net by asset, fees apart. What
 * comes counts only as the recipient's own gain: money that goes elsewhere has not come.
 */
export function unmetBy(simulated: readonly Effect[], decoded: readonly Effect[], expect: Expectation, wallet: AccountId): Reason[] {
  const found = expect.out === null ? [] : unmetOut(expect.out, simulated, decoded, wallet);
  for (const flow of expect.in) {
    const gain = netChange(simulated, expect.recipient, flow.asset);
    if (gain < flow.amount) found.push(told('expect.in', 'Less comes to the recipient than expected.', flow, gain < 0n ? 0n : gain));
    else if (flow.bound === 'exactly' && gain !== flow.amount)
      found.push(told('expect.in', 'Another amount comes to the recipient than expected.', flow, gain));
  }
  if (expect.spender !== null) {
    for (const spender of new Set(otherSpenders(expect.spender, [...decoded, ...simulated], wallet)))
      found.push(
        reason('expectation_not_met', 'Another account than the expected one is given a right.', {
          rule: 'expect.spender',
          facts: { expected: expect.spender, found: spender },
        }),
      );
  }
  return found;
}
