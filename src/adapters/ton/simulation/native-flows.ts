import { nativeAssetId } from '../../../core/asset.ts';
import type { Effect } from '../../../core/effect.ts';
import type { AccountId, AssetId } from '../../../core/ids.ts';
import type { UnsignedTransaction } from '../../../core/transaction.ts';
import type { Step, Trace } from './run.ts';

/** One message of the wallet's, and what became of its money. */
interface Sent {
  readonly to: AccountId;
  /** Its place in the wallet's order; null for what the wallet sent later in the trace. */
  readonly place: number | null;
  /** Nanoton that left with it and did not come back; negative where more came back. */
  spent: bigint;
}

const SIMULATED = { leaf: '0', source: 'simulation' } as const;

const coinsOf = ({ message }: Step): bigint => (message.info.type === 'internal' ? message.info.value.coins : 0n);

/** Follows the money of each message: what arrives at the wallet belongs to that message of the wallet's which set it going. */
function sentMessages({ steps }: Trace, wallet: AccountId): readonly Sent[] {
  const sent = new Map<number, Sent>();
  for (const [number, step] of steps.entries()) {
    if (step.from === wallet) sent.set(number, { to: step.account, place: step.cause === 0 ? step.place : null, spent: coinsOf(step) });
    if (step.account !== wallet || step.cause === null) continue;
    let origin: number | null = number;
    while (origin !== null && !sent.has(origin)) origin = steps[origin]?.cause ?? null;
    const begun = origin === null ? undefined : sent.get(origin);
    if (begun !== undefined) begun.spent -= coinsOf(step);
  }
  return [...sent.values()];
}

/** Native payments that the bytes show in the message at `place`, by who gets them. */
function paymentsIn(decoded: readonly Effect[], wallet: AccountId, native: AssetId, place: number): Map<AccountId, bigint> {
  const found = new Map<AccountId, bigint>();
  for (const effect of decoded) {
    if (effect.kind !== 'outflow' || effect.account !== wallet || effect.asset !== native || effect.counterparty === null) continue;
    if (effect.leaf !== String(place) && !effect.leaf.startsWith(`${place}.`)) continue;
    found.set(effect.counterparty, (found.get(effect.counterparty) ?? 0n) + effect.amount);
  }
  return found;
}

/** Nanoton by who got them from the wallet, net; whatever is missing to the wallet's loss is fee. */
function attribute(trace: Trace, decoded: readonly Effect[], wallet: AccountId, native: AssetId): Map<AccountId, bigint> {
  const flows = new Map<AccountId, bigint>();
  const add = (to: AccountId, amount: bigint): void => void flows.set(to, (flows.get(to) ?? 0n) + amount);
  for (const { to, place, spent } of sentMessages(trace, wallet)) {
    const payments = place === null ? new Map<AccountId, bigint>() : paymentsIn(decoded, wallet, native, place);
    let rest = spent;
    // A token order may send coins on to somebody else; what its account uses up on the way is fee.
    for (const [account, amount] of payments) {
      if (account === to || rest <= 0n) continue;
      const part = amount < rest ? amount : rest;
      add(account, part);
      rest -= part;
    }
    // What the bytes do not ask for, and what brought more than it took, is none.
    if (place === null || payments.has(to) || rest < 0n) add(to, rest);
  }
  return flows;
}

/**
 * Movements of the coin by measured balances.
 *
 * For the wallet: what each payment of the bytes really cost, and one `fee` for all else that it lost, so that outflows plus
 * fee minus inflows is the loss to the nanoton. A fee above the ceiling is none: the rest is an outflow to nobody known. For
 * each other account one effect: the difference of its balance.
 */
export function nativeFlows(trace: Trace, tx: UnsignedTransaction, decoded: readonly Effect[]): readonly Effect[] {
  const { wallet } = tx;
  const native = nativeAssetId(tx.chain);
  const effects: Effect[] = [];
  const flow = (account: AccountId, counterparty: AccountId | null, amount: bigint): void => {
    if (amount === 0n) return;
    const kind = amount > 0n ? 'outflow' : 'inflow';
    effects.push({ kind, account, counterparty, asset: native, amount: amount > 0n ? amount : -amount, ...SIMULATED });
  };
  const lossOf = (account: AccountId): bigint => (trace.before.get(account)?.balance ?? 0n) - (trace.after.get(account)?.balance ?? 0n);

  const flows = attribute(trace, decoded, wallet, native);
  let fee = lossOf(wallet);
  for (const amount of flows.values()) fee -= amount;
  const max = fee < 0n ? 0n : fee > tx.fee.ceiling ? tx.fee.ceiling : fee;
  for (const [account, amount] of flows) flow(wallet, account, amount);
  flow(wallet, null, fee - max);
  effects.push({ kind: 'fee', account: wallet, asset: native, max, ...SIMULATED });

  for (const account of trace.after.keys()) {
    if (account === wallet) continue;
    const senders = new Set(trace.steps.flatMap((step) => (step.account === account && step.from !== null ? [step.from] : [])));
    const [only = null] = senders.size === 1 ? senders : [];
    flow(account, only, lossOf(account));
  }
  return effects;
}
