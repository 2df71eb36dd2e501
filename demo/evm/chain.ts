import type { Anvil } from '../../src/testing/anvil.ts';

/** Looks at the chain past the gate, the way an auditor would. */
export interface ChainView {
  /** Wei. */
  balance(address: string): Promise<bigint>;
  /** Base units. */
  tokenBalance(token: string, address: string): Promise<bigint>;
  allowance(token: string, owner: string, spender: string): Promise<bigint>;
  /** Transactions that the account ever sent, the pending ones included. */
  nonce(address: string): Promise<number>;
  /** Transactions that wait in the pool. */
  waiting(): Promise<number>;
  /** Sends coins from an account of the local chain. */
  fund(from: string, to: string, wei: bigint): Promise<void>;
}

const word = (address: string): string => address.slice(2).toLowerCase().padStart(64, '0');

/** Between two blocks, ms. */
const BLOCK_MS = 100;

/** Mines a block every so often, so that there is something to wait for; returns the function that ends it. */
export function keepMining(anvil: Anvil): () => Promise<void> {
  let mining = true;
  const loop = (async () => {
    while (mining) {
      await anvil.rpc('evm_mine');
      await new Promise((resolve) => setTimeout(resolve, BLOCK_MS));
    }
  })();
  return async () => {
    mining = false;
    await loop;
  };
}

/** The chain as its own endpoint tells it. */
export function viewChain(anvil: Anvil): ChainView {
  const ask = async (method: string, params: readonly unknown[]): Promise<bigint> => BigInt((await anvil.rpc(method, params)) as string);
  return {
    balance: (address) => ask('eth_getBalance', [address, 'latest']),
    tokenBalance: (token, address) => ask('eth_call', [{ to: token, data: `0x70a08231${word(address)}` }, 'latest']),
    allowance: (token, owner, spender) => ask('eth_call', [{ to: token, data: `0xdd62ed3e${word(owner)}${word(spender)}` }, 'latest']),
    nonce: async (address) => Number(await ask('eth_getTransactionCount', [address, 'pending'])),
    async waiting() {
      const pool = (await anvil.rpc('txpool_status')) as { readonly pending: string; readonly queued: string };
      return Number(pool.pending) + Number(pool.queued);
    },
    async fund(from, to, wei) {
      await anvil.rpc('eth_sendTransaction', [{ from, to, value: `0x${wei.toString(16)}` }]);
    },
  };
}
