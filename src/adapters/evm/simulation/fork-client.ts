import { evmChainNumber } from '../../../core/chain-id.ts';
import type { Clock } from '../../../core/clock.ts';
import { createDeadlines } from '../../../core/deadline.ts';
import type { Fork, ForkLauncher } from '../../../core/fork.ts';
import type { Net } from '../../../core/net.ts';
import type { RpcClient } from '../client.ts';
import type { EvmChainConfig } from '../config.ts';
import { createEndpoint } from '../endpoint.ts';

/** A local fork of the chain, begun when it is first needed and again when the chain has moved on. */
export interface ForkClient {
  /** The chain at this block, as the fork tells it. @throws PEER_MISSING, CHAIN_UNAVAILABLE */
  at(block: { readonly number: number; readonly hash: string }): Promise<RpcClient>;
  close(): Promise<void>;
}

/** Makes the fork of one chain; one process at a time, for one block. */
export function createForkClient(parts: {
  readonly binary: string | true;
  readonly launch: ForkLauncher;
  readonly config: Pick<EvmChainConfig, 'chain' | 'timeoutMs'>;
  readonly client: RpcClient;
  readonly clock: Clock;
  readonly net?: Net | undefined;
}): ForkClient {
  const { binary, launch, config, client, clock, net } = parts;
  const deadlines = createDeadlines(clock);
  const closing = new AbortController();
  let kept: { readonly hash: string; readonly fork: Promise<Fork> } | null = null;
  const drop = async (): Promise<void> => {
    const old = kept;
    kept = null;
    await old?.fork.then((fork) => fork.stop()).catch(() => undefined);
  };
  return {
    async at({ number, hash }) {
      if (kept?.hash !== hash) {
        await drop();
        const chainNumber = String(evmChainNumber(config.chain));
        const fork = launch({ binary, chainNumber, block: number, ask: (method, params) => client.request(method, params) });
        kept = { hash, fork };
        // What did not come up is tried anew.
        fork.catch(() => {
          if (kept?.fork === fork) kept = null;
        });
      }
      const { rpcUrl } = await (kept as { readonly fork: Promise<Fork> }).fork;
      const endpoint = createEndpoint({ url: rpcUrl, index: 0, timeoutMs: config.timeoutMs, deadlines, closed: closing.signal, net });
      return { ...client, request: (method, params, signal) => endpoint.ask(method, params, signal) };
    },
    async close() {
      closing.abort();
      deadlines.close();
      await drop();
    },
  };
}
