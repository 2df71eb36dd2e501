import { assetContract, collectibleAsset, collectionOf } from '../../../core/asset.ts';
import type { Effect } from '../../../core/effect.ts';
import type { AccountId } from '../../../core/ids.ts';
import type { UnsignedTransaction } from '../../../core/transaction.ts';
import type { JettonReader } from './jettons.ts';
import type { Trace } from './run.ts';
import type { TokenFlows } from './token-flows.ts';

const SIMULATED = { leaf: '0', source: 'simulation' } as const;

/** Accounts that may be items which come or go: those that the bytes tell of, and those that the wallet itself writes to. */
function candidates(trace: Trace, tx: UnsignedTransaction, decoded: readonly Effect[]): ReadonlySet<AccountId> {
  const found = new Set<AccountId>();
  for (const effect of decoded) {
    if ((effect.kind !== 'outflow' && effect.kind !== 'inflow') || collectionOf(effect.asset) === null) continue;
    const item = assetContract(effect.asset);
    if (item !== null) found.add(item);
  }
  for (const { from, account } of trace.steps) if (from === tx.wallet && account !== tx.wallet) found.add(account);
  return found;
}

/**
 * Items that change hands, by their own word before and after: nobody but its owner, or whom the owner gave it to, moves
 * one. A recipient whom the bytes name and who does not own the item in the end was not credited.
 */
export async function itemFlows(
  trace: Trace,
  tx: UnsignedTransaction,
  decoded: readonly Effect[],
  reader: JettonReader,
): Promise<TokenFlows> {
  const effects: Effect[] = [];
  const notCredited = new Set<AccountId>();
  for (const item of candidates(trace, tx, decoded)) {
    const [before, after] = [trace.before.get(item), trace.after.get(item)];
    const was = before === undefined ? null : await reader.itemOwner(item, before);
    const is = after === undefined ? was : await reader.itemOwner(item, after);
    const asset = collectibleAsset(tx.chain, 'nft', item);
    for (const effect of decoded)
      if (effect.kind === 'outflow' && effect.asset === asset && effect.counterparty !== null && effect.counterparty !== is)
        notCredited.add(effect.counterparty);
    if (was === is) continue;
    if (was !== null) effects.push({ kind: 'outflow', account: was, counterparty: is, asset, amount: 1n, ...SIMULATED });
    if (is !== null) effects.push({ kind: 'inflow', account: is, counterparty: was, asset, amount: 1n, ...SIMULATED });
  }
  return { effects, notCredited: [...notCredited] };
}
