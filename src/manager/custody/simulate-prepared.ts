import type { SimulationReport } from '../../core/chain-adapter.ts';
import type { Effect } from '../../core/effect.ts';
import type { AccountId } from '../../core/ids.ts';
import type { WalletRecord } from '../directory.ts';
import { buildNow, type CustodyParts, formOf } from './custody-parts.ts';
import { unbuildable } from './prepare-transaction.ts';
import type { PreparedFacts } from './prepared.ts';

/** How much of an asset an account gains or, with a minus, loses; base units as a decimal string. */
export interface BalanceChange {
  readonly account: AccountId;
  readonly asset: string;
  readonly change: string;
}

/** A dry run of a prepared transaction against the chain of now. */
export interface TransactionSimulation extends SimulationReport {
  /** Of the wallet itself, fees apart. */
  readonly balanceChanges: readonly BalanceChange[];
}

function changesOf(account: AccountId, effects: readonly Effect[]): readonly BalanceChange[] {
  const sums = new Map<string, bigint>();
  for (const effect of effects) {
    if ((effect.kind !== 'outflow' && effect.kind !== 'inflow') || effect.account !== account) continue;
    sums.set(effect.asset, (sums.get(effect.asset) ?? 0n) + (effect.kind === 'inflow' ? effect.amount : -effect.amount));
  }
  return [...sums].map(([asset, change]) => ({ account, asset, change: change.toString() }));
}

/** Runs the bytes that the transaction would become now; nothing is recorded, held or decided. */
export async function simulatePrepared(open: CustodyParts, wallet: WalletRecord, facts: PreparedFacts): Promise<TransactionSimulation> {
  const { house } = open;
  const built = await buildNow(open, wallet, formOf(open, facts), facts);
  if (!built.ok) throw unbuildable(built.reason);
  const { node, tx } = built.value;
  const report = await house.deadlines.within(house.config.authorization.simulationTimeoutMs, async (signal) =>
    node.simulate(tx, { signal }),
  );
  return Object.freeze({ ...report, balanceChanges: changesOf(wallet.account, report.effects) });
}
