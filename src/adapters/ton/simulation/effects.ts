import type { Effect } from '../../../core/effect.ts';
import type { AccountId } from '../../../core/ids.ts';
import type { DecodedTransaction, UnsignedTransaction } from '../../../core/transaction.ts';
import type { WalletMessage } from '../wallet-message.ts';
import type { Failures } from './failures.ts';
import { failuresOf } from './failures.ts';
import { itemFlows } from './items.ts';
import type { JettonReader } from './jettons.ts';
import { nativeFlows } from './native-flows.ts';
import type { Trace } from './run.ts';
import { tokenFlows } from './token-flows.ts';
import { walletChanges } from './wallet-changes.ts';

/** What one run of the bytes does. */
export interface Finding extends Failures {
  readonly effects: readonly Effect[];
}

/** Reads a trace: what moved, what of the wallet changed, and what failed. */
export async function readTrace(
  trace: Trace,
  tx: UnsignedTransaction,
  decoded: DecodedTransaction,
  message: WalletMessage,
  reader: JettonReader,
): Promise<Finding> {
  const { errors, warnings } = failuresOf(trace, tx, message);
  if (trace.ending !== 'complete') return { effects: [], errors, warnings };
  const tokens = await tokenFlows(trace, tx, decoded.effects, reader);
  const items = await itemFlows(trace, tx, decoded.effects, reader);
  return {
    effects: [
      ...nativeFlows(trace, tx, decoded.effects),
      ...tokens.effects,
      ...items.effects,
      ...walletChanges(trace, tx.chain, tx.wallet, message.version),
    ],
    errors: tokens.notCredited.length + items.notCredited.length === 0 ? errors : [...errors, 'recipient_not_credited'],
    warnings: [...warnings, ...[...reader.unconfirmed].map((account) => `unconfirmed_token_account: ${account}`)],
  };
}

const spell = (effect: Effect): string =>
  JSON.stringify(effect, (_, value: unknown) => (typeof value === 'bigint' ? value.toString() : value));

const ofWallet = (effect: Effect, wallet: AccountId): boolean =>
  effect.kind === 'outflow' || effect.kind === 'inflow' ? effect.account === wallet : true;

/** Whether two runs come to the same for the wallet. What others do with their share may depend on the time. */
export function agree(one: Finding, two: Finding, wallet: AccountId): boolean {
  const told = ({ effects, errors }: Finding): string =>
    [...effects.filter((effect) => ofWallet(effect, wallet)).map(spell), ...errors].join();
  return told(one) === told(two);
}

/** The effects of both runs, each once. */
export function union(one: readonly Effect[], two: readonly Effect[]): readonly Effect[] {
  const known = new Set(one.map(spell));
  return [...one, ...two.filter((effect) => !known.has(spell(effect)))];
}
