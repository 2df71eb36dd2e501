import type { TonDevChainFaults } from './faults.ts';

/** How a chain is started. */
export interface TonDevChainOptions {
  /** 0 or nothing: any free port of the loopback. */
  readonly port?: number;
  /** Config parameter 19: -3 is the test network's (default), -239 the main network's. */
  readonly globalId?: -3 | -239;
  /** `instant` (default): sendBoc runs the whole trace, one block a hop. `manual`: only mine(). Or a block every so many ms. */
  readonly mining?: 'instant' | 'manual' | { readonly intervalMs: number };
  /** Chain time, ms since the epoch; now where left out. It runs with the host's clock from there on. */
  readonly startMs?: number;
}

/** A running chain. */
export interface TonDevChain extends AsyncDisposable {
  /** The JSON-RPC endpoint, as `TonClient` takes it. */
  readonly url: string;
  readonly chain: 'ton:-3' | 'ton:-239';
  /** Makes blocks, also empty ones; returns the masterchain seqno. */
  mine(blocks?: number): Promise<number>;
  /** Credits an account at once, in a block of its own: newly created coins, sent by the masterchain, not bounceable. */
  fund(address: string, nanoton: bigint): Promise<void>;
  /** Nanoton; 0 for an account that is not there. */
  balance(address: string): Promise<bigint>;
  /** Moves chain time and makes a block. */
  increaseTime(seconds: number): Promise<void>;
  /** Chain time goes forward only; makes a block. */
  setTime(unixSeconds: number): Promise<void>;
  /** Remembers accounts, history, time and queue; returns an id. A snapshot can be reverted to more than once. */
  snapshot(): Promise<string>;
  /** Goes back to a snapshot; what happened since is undone. @throws CONFIG_INVALID for an id of no snapshot */
  revert(id: string): Promise<void>;
  /** The next n externals are accepted (ok) and never executed; 0 ends it. */
  dropNext(count: number): void;
  /** Replaces the faults of before; `{}` ends them. */
  setFaults(faults: TonDevChainFaults): void;
  /** Stops it and waits until port and timers are gone. Idempotent. */
  close(): Promise<void>;
}
