import { type Address, Cell, loadTransaction, type Transaction, type TupleItem } from '@ton/core';
import type { Executor } from '@ton/sandbox';
import { CastellanError } from '../../core/index.ts';
import type { Account } from './account.ts';
import { toAccount } from './account.ts';
import { machinesFor } from './machines.ts';

/** Circumstances of a run. */
export interface Moment {
  /** Seconds since the epoch. */
  readonly now: number;
  readonly lt: bigint;
}

/** What became of a message. */
export type RunResult =
  | {
      readonly ok: true;
      readonly account: Account;
      readonly boc: string;
      readonly cell: Cell;
      readonly transaction: Transaction;
      readonly actions: string | null;
    }
  /** `exitCode` null: refused before any code ran. */
  | { readonly ok: false; readonly error: string; readonly exitCode: number | null; readonly vmLog: string };

/** What a get method left. */
export interface GetResult {
  readonly exitCode: number;
  readonly gasUsed: bigint;
  /** The serialised stack, or null where nothing ran. */
  readonly stack: Cell | null;
}

/** The real machine: TVM and transaction executor, compiled to wasm. It holds no chain. */
export interface Engine {
  readonly configCell: Cell;
  /** Runs a message on an account, which stays as it is. */
  run(
    account: Account,
    message: Cell,
    moment: Moment,
    options: { readonly ignoreSignature?: boolean; readonly libraries: Cell | null },
  ): Promise<RunResult>;
  get(account: Account, address: Address, methodId: number, stack: TupleItem[], now: number, libraries: Cell | null): Promise<GetResult>;
}

/** Gas of one get method, as liteservers allow. */
const GET_GAS = 1_000_000n;
/** Each run has the same. */
const SEED = Buffer.alloc(32);

/**
 * Opens the engine with mainnet's configuration, the global id replaced.
 * @throws PEER_MISSING where @ton/sandbox is not installed
 */
export async function openEngine(globalId: number): Promise<Engine> {
  const machines = await machinesFor(globalId);
  const { configCell } = machines;
  let last: { readonly key: readonly unknown[]; readonly result: RunResult } | null = null;
  return {
    configCell,
    async run(account, message, moment, { ignoreSignature = false, libraries }) {
      // An external is checked when it is sent and often run again in the very next block, in the same circumstances.
      const key = [account.boc, message, moment.now, moment.lt, ignoreSignature, libraries];
      if (last?.key.every((part, at) => part === key[at])) return last.result;
      const result = await machines.use((executor, config) =>
        runTransaction(executor, config, account, message, moment, ignoreSignature, libraries),
      );
      last = { key, result };
      return result;
    },
    get: (account, address, methodId, stack, now, libraries) =>
      machines.use((executor, config) => runGetMethod(executor, config, account, address, methodId, stack, now, libraries)),
  };
}

async function runTransaction(
  executor: Executor,
  config: string,
  account: Account,
  message: Cell,
  moment: Moment,
  ignoreChksig: boolean,
  libs: Cell | null,
): Promise<RunResult> {
  const { result } = await executor.runTransaction({
    config,
    libs,
    verbosity: 'short',
    shardAccount: account.boc,
    now: moment.now,
    lt: moment.lt,
    randomSeed: SEED,
    ignoreChksig,
    debugEnabled: false,
    message,
  });
  if (!result.success)
    return { ok: false, error: result.error, exitCode: result.vmResults?.vmExitCode ?? null, vmLog: result.vmResults?.vmLog ?? '' };
  const cell = Cell.fromBase64(result.transaction);
  return {
    ok: true,
    account: toAccount(result.shardAccount),
    boc: result.transaction,
    cell,
    transaction: loadTransaction(cell.beginParse()),
    actions: result.actions,
  };
}

async function runGetMethod(
  executor: Executor,
  config: string,
  account: Account,
  address: Address,
  methodId: number,
  stack: TupleItem[],
  unixTime: number,
  libraries: Cell | null,
): Promise<GetResult> {
  const { code, data, balance, extraCurrencies } = account.view();
  if (code === null) return { exitCode: NOT_ACTIVE, gasUsed: 0n, stack: null };
  const { output } = await executor.runGetMethod({
    code,
    data: data ?? Cell.EMPTY,
    methodId,
    stack,
    config,
    verbosity: 'short',
    ...(libraries === null ? {} : { libs: libraries }),
    address,
    unixTime,
    balance,
    randomSeed: SEED,
    gasLimit: GET_GAS,
    debugEnabled: false,
    extraCurrency: Object.fromEntries(extraCurrencies),
  });
  if (!output.success)
    throw new CastellanError('INTERNAL', { message: 'The engine ran no get method.', details: { detail: output.error } });
  return { exitCode: output.vm_exit_code, gasUsed: BigInt(output.gas_used), stack: Cell.fromBase64(output.stack) };
}

/** What liteservers answer for an account without code. */
const NOT_ACTIVE = -13;
