import type { Address, TupleItem } from '@ton/core';
import { Cell, parseTuple } from '@ton/core';
import type { NetworkConfig } from './network-config.ts';
import type { Executor } from './sandbox.ts';
import { discardSandbox } from './sandbox.ts';
import type { Standing } from './standing.ts';

/** Gas that one get method may use. Those of tokens take a few thousand. */
const METHOD_GAS = 100_000n;
/** Gas of all get methods of one simulation: a second of work, where a whole trace of hostile ones could take a minute. */
const MAX_METHODS_GAS = 3_000_000n;

/** The moment that is pretended. */
export interface Surroundings {
  /** Seconds since the epoch. */
  readonly now: number;
  /** Seconds after the first moment; storage is taken as paid up for them, so that two moments can be compared. */
  readonly later: number;
  /** 32 bytes. */
  readonly randomSeed: Buffer;
}

/** What a message did to its account. */
export type Outcome =
  | { readonly accepted: true; readonly transaction: Cell; readonly raw: string }
  /** Only messages from outside are refused; `exitCode` is null where no code ran. */
  | { readonly accepted: false; readonly exitCode: number | null };

/** The virtual machine of the chain with the network's configuration. It keeps nothing from one question to the next. */
export interface Machine {
  transact(
    raw: string,
    message: Cell,
    around: Surroundings & { readonly lt: bigint; readonly libraries: Cell | null; readonly anySignature: boolean },
  ): Promise<Outcome>;
  /** The stack that a get method leaves; null where it fails or the account has no code. */
  ask(
    address: Address,
    standing: Standing,
    methodId: number,
    stack: readonly TupleItem[],
    around: Surroundings & { readonly libraries: Cell | null },
  ): Promise<readonly TupleItem[] | null>;
  /** Whether a get method was not run because the others had used up their gas. */
  readonly exhausted: boolean;
}

/** Makes the machine of one simulation over the process's virtual machine. */
export function createMachine(executor: Executor, config: NetworkConfig): Machine {
  const guarded = async <T>(run: () => Promise<T>): Promise<T> => {
    try {
      return await run();
    } catch (error) {
      discardSandbox();
      throw error;
    }
  };
  let spent = 0n;
  let exhausted = false;
  return {
    get exhausted() {
      return exhausted;
    },
    async transact(raw, message, { now, randomSeed, lt, libraries, anySignature }) {
      const { result } = await guarded(() =>
        executor.runTransaction({
          config: config.whole,
          libs: libraries,
          verbosity: 'short',
          shardAccount: raw,
          now,
          lt,
          randomSeed,
          ignoreChksig: anySignature,
          debugEnabled: false,
          message,
        }),
      );
      if (!result.success) return { accepted: false, exitCode: result.vmResults?.vmExitCode ?? null };
      return { accepted: true, transaction: Cell.fromBase64(result.transaction), raw: result.shardAccount };
    },
    async ask(address, { code, data, balance }, methodId, stack, { now, randomSeed, libraries }) {
      if (code === null || data === null) return null;
      if (spent >= MAX_METHODS_GAS) {
        exhausted = true;
        return null;
      }
      const { output } = await guarded(() =>
        executor.runGetMethod({
          code,
          data,
          methodId,
          stack: [...stack],
          config: config.forMethods,
          verbosity: 'short',
          ...(libraries === null ? {} : { libs: libraries }),
          address,
          unixTime: now,
          balance,
          randomSeed,
          gasLimit: METHOD_GAS,
          debugEnabled: false,
        }),
      );
      spent += output.success ? BigInt(output.gas_used) : METHOD_GAS;
      if (!output.success || (output.vm_exit_code !== 0 && output.vm_exit_code !== 1)) return null;
      try {
        return parseTuple(Cell.fromBase64(output.stack));
      } catch {
        return null;
      }
    },
  };
}
