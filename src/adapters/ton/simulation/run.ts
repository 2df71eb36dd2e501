import type { Cell, Message, Transaction } from '@ton/core';
import { Address, Dictionary, loadMessage, loadTransaction } from '@ton/core';
import { CastellanError } from '../../../core/errors.ts';
import type { AccountId, ChainId } from '../../../core/ids.ts';
import { accountOf } from '../address.ts';
import type { Libraries } from './libraries.ts';
import type { Machine, Surroundings } from './machine.ts';
import type { RemoteStorage } from './remote-storage.ts';
import type { Standing } from './standing.ts';
import { readStanding } from './standing.ts';
import { NO_DEBT } from './storage-stats.ts';

/** Transactions of one trace. A swap through several pools has about thirty. */
const MAX_TRANSACTIONS = 128;
/** Gas of one trace: four times what one account may use in a block, less than a second of work. */
const MAX_GAS = 4_000_000n;
/** Between the logical times of two transactions: more than one can have messages. */
const LT_STEP = 1_000_000n;

/** One message and what it did. */
export interface Step {
  readonly account: AccountId;
  readonly message: Message;
  /** Sender of an internal message; null for the one from outside. */
  readonly from: AccountId | null;
  /** Number of the step that sent it; null for the one from outside. */
  readonly cause: number | null;
  /** Its place among the internal messages of that step. */
  readonly place: number;
  readonly transaction: Transaction;
}

/** A message from outside, and all that follows from it. */
export interface Trace {
  readonly steps: readonly Step[];
  /** `refused`: the first account did not take the message. */
  readonly ending: 'complete' | 'too_long' | 'refused';
  /** Why it was refused; null where no code ran. */
  readonly exitCode: number | null;
  readonly before: ReadonlyMap<AccountId, Standing>;
  readonly after: ReadonlyMap<AccountId, Standing>;
}

/** What a run needs. */
export interface RunContext {
  readonly chain: ChainId;
  readonly machine: Machine;
  readonly storage: RemoteStorage;
  readonly libraries: Libraries;
  readonly around: Surroundings;
  readonly signal?: AbortSignal;
}

interface Waiting {
  readonly cell: Cell;
  readonly message: Message;
  readonly to: AccountId;
  readonly from: AccountId | null;
  readonly cause: number | null;
  readonly place: number;
}

/** Messages that a transaction sent, as the very cells that it holds: read and stored again they may look otherwise. */
function outMessages(transaction: Cell): readonly Cell[] {
  const messages = transaction.beginParse().loadRef().beginParse();
  messages.loadMaybeRef();
  const out = messages.loadDict(Dictionary.Keys.Uint(15), Dictionary.Values.Cell());
  return out
    .keys()
    .sort((a, b) => a - b)
    .map((key) => out.get(key) as Cell);
}

/** Nanoton that the accounts of a trace paid for their storage. */
export function storageFeesOf({ steps }: Trace): bigint {
  return steps.reduce((sum, { transaction: { description } }) => {
    const phase = 'storagePhase' in description ? description.storagePhase : null;
    return sum + (phase?.storageFeesCollected ?? 0n);
  }, 0n);
}

/** Gas of a transaction's compute phase. */
export function gasOf({ description }: Transaction): bigint {
  return description.type === 'generic' && description.computePhase.type === 'vm' ? description.computePhase.gasUsed : 0n;
}

function checkSignal(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true)
    throw new CastellanError('TIMEOUT', { message: 'The simulation was called off.', details: { aborted: true }, retryable: true });
}

/**
 * Runs a message from outside and everything that follows, one message after another in the order in which they were sent.
 *
 * Any signature counts, but for the first message alone: what follows meets the machine as it is on the chain. Bounded in
 * transactions and gas; beyond, the trace ends as `too_long`.
 * @throws CHAIN_UNAVAILABLE, CHAIN_RESPONSE_INVALID, TIMEOUT
 */
export async function runTrace(context: RunContext, wallet: AccountId, start: Standing, external: Cell): Promise<Trace> {
  const { chain, machine, storage, libraries, around, signal } = context;
  const before = new Map<AccountId, Standing>([[wallet, start]]);
  const raws = new Map<AccountId, string>();
  const steps: Step[] = [];
  const queue: Waiting[] = [{ cell: external, message: loadMessage(external.beginParse()), to: wallet, from: null, cause: null, place: 0 }];
  let lt = (start.lastLt / LT_STEP + 1n) * LT_STEP;
  let gas = 0n;
  const end = (ending: Trace['ending'], exitCode: number | null = null): Trace => {
    const after = new Map([...raws].map(([account, raw]): [AccountId, Standing] => [account, readStanding(raw, NO_DEBT)]));
    return { steps, ending, exitCode, before, after };
  };
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    if (steps.length >= MAX_TRANSACTIONS || gas > MAX_GAS) return end('too_long');
    checkSignal(signal);
    const { cell, message, to, from, cause, place } = next;
    const standing = before.get(to) ?? (await storage.get(to));
    before.set(to, standing);
    await libraries.cover([standing.code, message.init?.code]);
    lt += LT_STEP;
    const anySignature = cause === null;
    const outcome = await machine.transact(raws.get(to) ?? standing.raw(around.later), cell, {
      ...around,
      lt,
      libraries: libraries.root,
      anySignature,
    });
    if (!outcome.accepted) {
      if (cause === null) return end('refused', outcome.exitCode);
      throw new CastellanError('INTERNAL', { message: 'The virtual machine could not deliver a message.', details: { account: to } });
    }
    raws.set(to, outcome.raw);
    const transaction = loadTransaction(outcome.transaction.beginParse());
    const number = steps.length;
    steps.push({ account: to, message, from, cause, place, transaction });
    gas += gasOf(transaction);
    let sent = 0;
    for (const out of outMessages(outcome.transaction)) {
      const read = loadMessage(out.beginParse());
      if (read.info.type !== 'internal' || !Address.isAddress(read.info.dest)) continue;
      const destination = accountOf(chain, read.info.dest);
      storage.prefetch([destination]);
      queue.push({ cell: out, message: read, to: destination, from: to, cause: number, place: sent });
      sent += 1;
    }
  }
  return end('complete');
}
