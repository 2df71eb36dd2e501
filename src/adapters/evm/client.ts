import { evmChainNumber } from '../../core/chain-id.ts';
import type { Clock } from '../../core/clock.ts';
import { createDeadlines } from '../../core/deadline.ts';
import { CastellanError, isCastellanError } from '../../core/errors.ts';
import { readQuantity } from './answer.ts';
import type { EvmChainConfig, FetchFunction } from './config.ts';
import type { Endpoint } from './endpoint.ts';
import { createEndpoint } from './endpoint.ts';

/** One chain behind one or several endpoints. */
export interface RpcClient {
  readonly endpoints: number;
  /**
   * Reads from the first endpoint that answers. Only failures of transport move on to the next one: what a node says,
   * a revert included, is an answer. Never more than two tries per endpoint.
   */
  request(method: string, params: readonly unknown[], signal?: AbortSignal): Promise<unknown>;
  /** Asks exactly this endpoint, once. */
  requestAt(endpoint: number, method: string, params: readonly unknown[], signal?: AbortSignal): Promise<unknown>;
  /** Asks for the chain id anew. @throws CHAIN_RESPONSE_INVALID with `details.reason` `chain_id_mismatch` */
  verify(signal?: AbortSignal): Promise<void>;
  close(): void;
}

/** Answers of a node that say nothing of the question: overloaded, internal error, or not ready. */
const OVERLOADED: ReadonlySet<unknown> = new Set([-32005, -32603, -32002, 429]);

function isTransportFailure(error: unknown): boolean {
  if (!isCastellanError(error)) return false;
  if (error.code === 'CHAIN_REJECTED') return OVERLOADED.has(error.details['rpcCode']);
  if (error.code === 'TIMEOUT') return error.details['aborted'] !== true;
  return error.code === 'CHAIN_UNAVAILABLE' || error.code === 'CHAIN_RESPONSE_INVALID';
}

/** Makes the client. Each endpoint must name our chain before anything else it says counts. */
export function createRpcClient(config: EvmChainConfig, clock: Clock, network?: FetchFunction): RpcClient {
  const deadlines = createDeadlines(clock);
  const closing = new AbortController();
  const expected = BigInt(evmChainNumber(config.chain));
  const endpoints = config.rpcUrls.map(
    (url, index): Endpoint =>
      createEndpoint({
        url,
        index,
        timeoutMs: config.timeoutMs,
        deadlines,
        closed: closing.signal,
        ...(network === undefined ? {} : { fetch: network }),
      }),
  );
  const verified = endpoints.map(() => false);
  let preferred = 0;

  const checkChain = async (index: number, signal?: AbortSignal): Promise<void> => {
    verified[index] = false;
    const found = readQuantity(await (endpoints[index] as Endpoint).ask('eth_chainId', [], signal), 'chainId');
    if (found !== expected) {
      throw new CastellanError('CHAIN_RESPONSE_INVALID', {
        message: 'The endpoint serves another chain.',
        details: { reason: 'chain_id_mismatch', endpoint: index, expected: config.chain, found: `eip155:${found}` },
      });
    }
    verified[index] = true;
  };
  const at = async (index: number, method: string, params: readonly unknown[], signal?: AbortSignal): Promise<unknown> => {
    if (verified[index] !== true) await checkChain(index, signal);
    return (endpoints[index] as Endpoint).ask(method, params, signal);
  };
  const anywhere = async <T>(run: (index: number) => Promise<T>): Promise<T> => {
    const timedOut = new Set<number>();
    const first = preferred;
    let failure: unknown;
    for (let attempt = 0; attempt < endpoints.length * 2; attempt += 1) {
      const index = (first + attempt) % endpoints.length;
      if (timedOut.has(index)) continue;
      try {
        const answer = await run(index);
        preferred = index;
        return answer;
      } catch (error) {
        if (!isTransportFailure(error)) throw error;
        if (isCastellanError(error) && error.code === 'TIMEOUT') timedOut.add(index);
        failure = error;
      }
    }
    throw failure;
  };

  return {
    endpoints: endpoints.length,
    request: (method, params, signal) => anywhere((index) => at(index, method, params, signal)),
    requestAt: at,
    verify: (signal) => anywhere((index) => checkChain(index, signal)),
    close() {
      closing.abort();
      deadlines.close();
    },
  };
}
