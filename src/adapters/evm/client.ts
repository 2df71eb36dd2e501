import { evmChainNumber } from '../../core/chain-id.ts';
import type { Clock } from '../../core/clock.ts';
import { createDeadlines } from '../../core/deadline.ts';
import { CastellanError } from '../../core/errors.ts';
import { checkHeadAge } from '../../core/failover/height.ts';
import { createPool } from '../../core/failover/pool.ts';
import type { Net } from '../../core/net.ts';
import { createAgreedRead, type RpcQuestion } from './agreed-read.ts';
import { readCount, readObject, readQuantity } from './answer.ts';
import type { EvmChainConfig, FetchFunction } from './config.ts';
import type { Endpoint } from './endpoint.ts';
import { createEndpoint } from './endpoint.ts';

/** One chain behind one or several endpoints. */
export interface RpcClient {
  /** Endpoints of the configuration. */
  readonly endpoints: number;
  /** Equal answers that a read needs. */
  readonly quorum: number;
  /**
   * Reads. Where one endpoint is believed, from the first that answers: only failures of transport move on to the next one, and
   * never more than two tries each. Where several must agree, from all of them, about one block, and only what they agree on
   * comes back. What a node says, a revert included, is an answer.
   * @throws CHAIN_RESPONSE_INVALID with `details.reason` `nodes_disagree` or `head_stale`; CHAIN_UNAVAILABLE with
   * `details.reason` `quorum_missing` or `endpoint_resting`
   */
  request(method: string, params: readonly unknown[], signal?: AbortSignal): Promise<unknown>;
  /** Asks exactly this endpoint, once. Nothing of its answer is compared: for what is handed to each of them. */
  requestAt(endpoint: number, method: string, params: readonly unknown[], signal?: AbortSignal): Promise<unknown>;
  /** Asks for the chain id anew. @throws CHAIN_RESPONSE_INVALID with `details.reason` `chain_id_mismatch` */
  verify(signal?: AbortSignal): Promise<void>;
  /** Endpoints that are not asked at present, because they failed again and again. */
  resting(): readonly number[];
  close(): void;
}

/** Answers of a node that say nothing of the question: overloaded, internal error, or not ready. */
const OVERLOADED: ReadonlySet<unknown> = new Set([-32005, -32603, -32002, 429]);

/**
 * Makes the client. Each endpoint must name our chain before anything else it says counts.
 *
 * @param custom - the owner's own network, which goes before `net`, the host's
 */
export function createRpcClient(config: EvmChainConfig, clock: Clock, custom?: FetchFunction, net?: Net): RpcClient {
  const deadlines = createDeadlines(clock);
  const closing = new AbortController();
  const { quorum, timeoutMs, maxHeadAgeMs } = config;
  const expected = BigInt(evmChainNumber(config.chain));
  const endpoints = config.rpcUrls.map(
    (url, index): Endpoint => createEndpoint({ url, index, timeoutMs, deadlines, closed: closing.signal, custom, net }),
  );
  const pool = createPool<RpcQuestion>({
    size: endpoints.length,
    clock,
    ask: (index, { method, params }, signal) => (endpoints[index] as Endpoint).ask(method, params, signal),
    async check(index, signal) {
      const found = readQuantity(await (endpoints[index] as Endpoint).ask('eth_chainId', [], signal), 'chainId');
      if (found === expected) return;
      throw new CastellanError('CHAIN_RESPONSE_INVALID', {
        message: 'The endpoint serves another chain.',
        details: { reason: 'chain_id_mismatch', endpoint: index, expected: config.chain, found: `eip155:${found}` },
      });
    },
    isIll: ({ details }) => OVERLOADED.has(details['rpcCode']),
  });
  const read = quorum === 1 ? pool.first : createAgreedRead(pool, quorum);

  return {
    endpoints: endpoints.length,
    quorum,
    async request(method, params, signal) {
      const answer = await read({ method, params }, signal);
      if (method === 'eth_getBlockByNumber' && params[0] === 'latest' && maxHeadAgeMs !== null) {
        const { timestamp } = readObject(answer, 'block');
        checkHeadAge(readCount(timestamp, 'block.timestamp') * 1_000, maxHeadAgeMs, clock);
      }
      return answer;
    },
    requestAt: (index, method, params, signal) => pool.at(index, { method, params }, signal),
    verify: (signal) => pool.verify(quorum, signal),
    resting: pool.resting,
    close() {
      closing.abort();
      deadlines.close();
    },
  };
}
