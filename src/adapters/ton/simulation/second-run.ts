import type { Cell } from '@ton/core';
import { isCastellanError } from '../../../core/errors.ts';
import type { AccountId } from '../../../core/ids.ts';
import type { SecondOpinion } from '../../../core/simulation-provider.ts';
import type { EmulatedAccount, Emulator } from './emulator.ts';
import type { JettonReader } from './jettons.ts';
import type { Trace } from './run.ts';

const NAME = 'emulator';
const told = (outcome: SecondOpinion['outcome'], detail: string): SecondOpinion => ({ name: NAME, outcome, detail, required: true });

/** Somebody else's run of the order, or why there is none. What is called off is not waited for. */
export type SecondRun = { readonly accounts: ReadonlyMap<AccountId, EmulatedAccount> } | { readonly missing: string };

/** Asks for a second run. Never rejects: no answer is an answer too. */
export async function runElsewhere(emulator: Emulator, external: Cell, signal?: AbortSignal): Promise<SecondRun> {
  try {
    return { accounts: await emulator.run(external, signal) };
  } catch (error) {
    return { missing: isCastellanError(error) ? error.code : 'INTERNAL' };
  }
}

const abortedOf = (trace: Trace, account: AccountId): readonly boolean[] =>
  trace.steps.flatMap((step) =>
    step.account === account ? [step.transaction.description.type === 'generic' && step.transaction.description.aborted] : [],
  );

/**
 * Holds a second run against ours: the same accounts, each with the same outcome; the wallet's own data, and those of accounts that
 * keep its tokens, to the bit; its coins up to the fees, which every second of storage changes.
 */
export async function compareRuns(
  second: SecondRun,
  trace: Trace,
  wallet: AccountId,
  fees: bigint,
  reader: Pick<JettonReader, 'holding'>,
): Promise<SecondOpinion> {
  if ('missing' in second) return told('missing', second.missing);
  const { accounts } = second;
  for (const account of new Set([...trace.after.keys(), ...accounts.keys()])) {
    const [ours, theirs] = [abortedOf(trace, account), accounts.get(account)?.aborted ?? []];
    if (ours.join() !== theirs.join()) return told('disputed', `${account} has another outcome there`);
  }
  const own = accounts.get(wallet);
  const loss = (trace.before.get(wallet)?.balance ?? 0n) - (trace.after.get(wallet)?.balance ?? 0n);
  const apart = own === undefined ? loss : own.before - own.after - loss;
  if ((apart < 0n ? -apart : apart) > fees) return told('disputed', `the wallet’s coins differ by ${apart} nanoton there`);
  for (const [account, after] of trace.after) {
    if (accounts.get(account)?.dataHash === (after.data?.hash().toString('hex') ?? null)) continue;
    if (account === wallet) return told('disputed', 'the wallet ends with other data there');
    const before = trace.before.get(account);
    const holdings = [await reader.holding(account, after), before === undefined ? null : await reader.holding(account, before)];
    if (holdings.some((holding) => holding?.owner === wallet))
      return told('disputed', `the wallet’s tokens at ${account} end otherwise there`);
  }
  return told('agrees', '');
}
