import type { Clock } from '../../core/clock.ts';
import { createDeadlines } from '../../core/deadline.ts';
import { CastellanError } from '../../core/errors.ts';
import { checkHeadAge } from '../../core/failover/height.ts';
import { createPool } from '../../core/failover/pool.ts';
import type { ChainId, TimeMs } from '../../core/ids.ts';
import { createAgreedRead, type TonQuestion } from './agreed-read.ts';
import { malformed, readCell, readObject } from './answer.ts';
import type { FetchFunction, TonChainConfig } from './config.ts';
import type { Endpoint, MethodParams } from './endpoint.ts';
import { createEndpoint } from './endpoint.ts';

/** One chain behind one or several endpoints. */
export interface TonClient {
  readonly chain: ChainId;
  /** Endpoints of the configuration. */
  readonly endpoints: number;
  /** Equal answers that a read needs. */
  readonly quorum: number;
  /**
   * Reads. Where one endpoint is believed, from the first that answers: only failures of transport move on to the next one, and
   * never more than two tries each. Where several must agree, from all of them, and only what they agree on comes back. What a
   * node says of the question is an answer.
   * @throws CHAIN_RESPONSE_INVALID with `details.reason` `nodes_disagree`; CHAIN_UNAVAILABLE with `details.reason`
   * `quorum_missing` or `endpoint_resting`
   */
  request(method: string, params: MethodParams, signal?: AbortSignal): Promise<unknown>;
  /** Asks exactly this endpoint, once. Nothing of its answer is compared: for what is handed to each of them. */
  requestAt(endpoint: number, method: string, params: MethodParams, signal?: AbortSignal): Promise<unknown>;
  /** Asks for the network's id anew. @throws CHAIN_RESPONSE_INVALID with `details.reason` `chain_id_mismatch` */
  verify(signal?: AbortSignal): Promise<void>;
  /** @throws CHAIN_RESPONSE_INVALID with `details.reason` `head_stale` for a newest block of so long ago */
  checkHeadAge(timestampMs: TimeMs): void;
  /** Endpoints that are not asked at present, because they failed again and again. */
  resting(): readonly number[];
  close(): void;
}

/** Configuration parameter that holds the network's global id. */
const GLOBAL_ID_PARAM = 19;
/** Words with which a node answers the question; any other internal error may be one of this node alone. */
const ANSWERED = /not found|not accepted|exit ?code|cannot (?:apply|locate|run)|can't locate|unknown method|invalid/i;

/** One parameter of the network's configuration. @throws CHAIN_RESPONSE_INVALID */
function readGlobalId(value: unknown): number {
  const config = readObject(readObject(value, 'config')['config'], 'config');
  const slice = readCell(config['bytes'], 'config.bytes').beginParse(true);
  if (slice.remainingBits !== 32) throw malformed('config.bytes');
  return slice.loadInt(32);
}

/** Makes the client. Each endpoint must name our network before anything else it says counts. */
export function createTonClient(config: TonChainConfig, clock: Clock, network?: FetchFunction): TonClient {
  const deadlines = createDeadlines(clock);
  const closing = new AbortController();
  const { quorum, timeoutMs, maxHeadAgeMs } = config;
  const endpoints = config.endpoints.map(
    (url, index): Endpoint =>
      createEndpoint({
        url,
        index,
        timeoutMs,
        deadlines,
        closed: closing.signal,
        ...(config.apiKey === undefined ? {} : { apiKey: config.apiKey }),
        ...(network === undefined ? {} : { fetch: network }),
      }),
  );
  const pool = createPool<TonQuestion>({
    size: endpoints.length,
    clock,
    ask: (index, { method, params }, signal) => (endpoints[index] as Endpoint).ask(method, params, signal),
    async check(index, signal) {
      const endpoint = endpoints[index] as Endpoint;
      const found = `ton:${readGlobalId(await endpoint.ask('getConfigParam', { config_id: GLOBAL_ID_PARAM }, signal))}`;
      if (found === config.chain) return;
      throw new CastellanError('CHAIN_RESPONSE_INVALID', {
        message: 'The endpoint serves another chain.',
        details: { reason: 'chain_id_mismatch', endpoint: index, expected: config.chain, found },
      });
    },
    isIll: ({ details }) => Number(details['rpcCode']) >= 500 && !ANSWERED.test(String(details['rpcMessage'])),
  });
  const read = quorum === 1 ? pool.first : createAgreedRead(pool, quorum);

  return {
    chain: config.chain,
    endpoints: endpoints.length,
    quorum,
    request: (method, params, signal) => read({ method, params }, signal),
    requestAt: (index, method, params, signal) => pool.at(index, { method, params }, signal),
    verify: (signal) => pool.verify(quorum, signal),
    checkHeadAge: (timestampMs) => checkHeadAge(timestampMs, maxHeadAgeMs, clock),
    resting: pool.resting,
    close() {
      closing.abort();
      deadlines.close();
    },
  };
}
