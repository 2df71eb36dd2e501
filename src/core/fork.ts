/** A local copy of a chain as it stood at one block, which can do what the chain's own nodes may not offer. */
export interface Fork {
  readonly rpcUrl: string;
  /** Stops it and waits until it is gone. Idempotent. */
  stop(): Promise<void>;
}

/** What a fork is begun with. */
export interface ForkOptions {
  /** Path of the program; true for that of the installed package. */
  readonly binary: string | true;
  readonly chainNumber: string;
  readonly block: number;
  /** Reads state of the chain. The fork asks for nothing but reads, and learns no address of a node. */
  ask(method: string, params: readonly unknown[]): Promise<unknown>;
}

/** Begins forks. @throws PEER_MISSING where the program is not there; CHAIN_UNAVAILABLE where it does not come up */
export type ForkLauncher = (options: ForkOptions) => Promise<Fork>;
