import { type AccountId, type AssetId, collectionOf } from '../../core/index.ts';
import type { AssetAmount, Exposure, OpaqueCall, Outflow } from '../exposure.ts';
import type { CompiledCap } from '../policy/index.ts';
import { capAccount, type Spender } from './cap-accounts.ts';
import type { LedgerAccount } from './ledger-accounts.ts';

/** What of a transaction counts on one account of a cap. */
export interface CapShare {
  readonly at: LedgerAccount;
  readonly spent: readonly AssetAmount[];
  /** The most that the fee can be; null where it does not count here. */
  readonly fee: AssetAmount | null;
}

/** What a cap counts of a transaction, by account, and what keeps it from being counted. */
export interface CapShares {
  readonly shares: readonly CapShare[];
  /** An allowance without bound, of an asset that counts. */
  readonly unlimited: AssetId | null;
  /** True where something that counts goes to nobody who could be told. */
  readonly isOpen: boolean;
}

/** Amounts by subject and asset. */
class Split {
  readonly #bySubject = new Map<AccountId | AssetId | null, Map<AssetId, bigint>>();

  add(subject: AccountId | AssetId | null, { asset, amount }: AssetAmount): void {
    if (amount === 0n) return;
    const sums = this.#bySubject.get(subject) ?? new Map<AssetId, bigint>();
    sums.set(asset, (sums.get(asset) ?? 0n) + amount);
    this.#bySubject.set(subject, sums);
  }

  subjects(): readonly (AccountId | AssetId | null)[] {
    return [...this.#bySubject.keys()];
  }

  of(subject: AccountId | AssetId | null): readonly AssetAmount[] {
    return [...(this.#bySubject.get(subject) ?? [])].map(([asset, amount]) => ({ asset, amount }));
  }
}

/** Whether a leaf is another, or lies below it. */
const isWithin = (leaf: string, above: string): boolean => leaf === above || leaf.startsWith(`${above}.`);

/**
 * The contracts that an outflow goes to or through: those called at its leaf or around it. What only a simulation shows, and no
 * call accounts for, counts against every contract that is called.
 */
function contractsOf(outflow: Outflow, calls: readonly OpaqueCall[]): readonly (AccountId | null)[] {
  if (outflow.simulated) return outflow.call === null ? [...new Set(calls.map(({ contract }) => contract))] : [outflow.call.contract];
  return [...new Set(calls.filter(({ leaf }) => isWithin(outflow.leaf, leaf)).map(({ contract }) => contract))];
}

/**
 * Splits what a transaction may cost over the accounts of a cap. Allowances count as if they were taken, at their spender. The
 * fee counts by holder and by asset: whoever includes the transaction gets it, not a recipient or contract.
 */
export function capShares(cap: CompiledCap, spender: Spender, exposure: Exposure): CapShares {
  const counts = (asset: AssetId): boolean => cap.asset === null || asset === cap.asset || collectionOf(asset) === cap.asset;
  const split = new Split();
  let isOpen = false;
  const add = (subject: AccountId | null, amount: AssetAmount): void => {
    if (subject === null) isOpen ||= amount.amount > 0n;
    else split.add(subject, amount);
  };
  const outflows = exposure.outflows.filter(({ asset }) => counts(asset));
  const allowances = exposure.allowances.filter(({ asset }) => counts(asset));
  const fee = counts(exposure.fee.asset) && exposure.fee.amount > 0n ? exposure.fee : null;
  if (cap.scope === 'recipient' || cap.scope === 'contract') {
    for (const outflow of outflows) {
      if (cap.scope === 'recipient') add(outflow.counterparty, outflow);
      else for (const contract of contractsOf(outflow, exposure.calls)) add(contract, outflow);
    }
    for (const { spender: to, asset, amount } of allowances) if (amount !== 'unlimited') add(to, { asset, amount });
  } else {
    const subjectOf = (asset: AssetId): AssetId | null => (cap.scope === 'asset' ? (collectionOf(asset) ?? asset) : null);
    for (const total of exposure.spendTotals) if (counts(total.asset)) split.add(subjectOf(total.asset), total);
  }
  const feeSubject =
    fee === null || cap.scope === 'recipient' || cap.scope === 'contract' ? undefined : cap.scope === 'asset' ? fee.asset : null;
  const subjects = new Set([...split.subjects(), ...(feeSubject === undefined ? [] : [feeSubject])]);
  return {
    shares: [...subjects].map((subject) => ({
      at: capAccount(cap, spender, subject),
      spent: split.of(subject),
      fee: subject === feeSubject ? fee : null,
    })),
    unlimited: allowances.find(({ amount }) => amount === 'unlimited')?.asset ?? null,
    isOpen,
  };
}
