import type { Clock } from '../../core/clock.ts';
import { createDeadlines } from '../../core/deadline.ts';
import { CastellanError, isCastellanError } from '../../core/errors.ts';
import type { ChainId } from '../../core/ids.ts';
import { malformed, readCell, readObject } from './answer.ts';
import type { FetchFunction, TonChainConfig } from './config.ts';
import type { Endpoint, MethodParams } from './endpoint.ts';
import { createEndpoint } from './endpoint.ts';

/** One chain behind one or several endpoints. */
export interface TonClient {
  readonly chain: ChainId;
  readonly endpoints: number;
  /**
   * Reads from the first endpoint that answers. Only failures of transport move on to the next one: what a node says of
   * the question is an answer. Never more than two tries per endpoint.
   */
  request(method: string, params: MethodParams, signal?: AbortSignal): Promise<unknown>;
  /** Asks exactly this endpoint, once. */
  requestAt(endpoint: number, method: string, params: MethodParams, signal?: AbortSignal): Promise<unknown>;
  /** Asks for the network's id anew. @throws CHAIN_RESPONSE_INVALID with `details.reason` `chain_id_mismatch` */
  verify(signal?: AbortSignal): Promise<void>;
  close(): void;
}

/** Configuration parameter that holds the network's global id. */
const GLOBAL_ID_PARAM = 19;
/** Words with which a node answers the question; any other internal error may be one of this node alone. */
const ANSWERED = /not found|not accepted|exit ?code|cannot (?:apply|locate|run)|can't locate|unknown method|invalid/i;

function isTransportFailure(error: unknown): boolean {
  if (!isCastellanError(error)) return false;
  if (error.code === 'CHAIN_REJECTED') {
    return Number(error.details['rpcCode']) >= 500 && !ANSWERED.test(String(error.details['rpcMessage']));
  }
  if (error.code === 'TIMEOUT') return error.details['aborted'] !== true;
  return error.code === 'CHAIN_UNAVAILABLE' || error.code === 'CHAIN_RESPONSE_INVALID';
}

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
  const endpoints = config.endpoints.map(
    (url, index): Endpoint =>
      createEndpoint({
        url,
        index,
        timeoutMs: config.timeoutMs,
        deadlines,
        closed: closing.signal,
        ...(config.apiKey === undefined ? {} : { apiKey: config.apiKey }),
        ...(network === undefined ? {} : { fetch: network }),
      }),
  );
  const verified = endpoints.map(() => false);
  let preferred = 0;

  const checkChain = async (index: number, signal?: AbortSignal): Promise<void> => {
    verified[index] = false;
    const endpoint = endpoints[index] as Endpoint;
    const found = `ton:${readGlobalId(await endpoint.ask('getConfigParam', { config_id: GLOBAL_ID_PARAM }, signal))}`;
    if (found !== config.chain) {
      throw new CastellanError('CHAIN_RESPONSE_INVALID', {
        message: 'The endpoint serves another chain.',
        details: { reason: 'chain_id_mismatch', endpoint: index, expected: config.chain, found },
      });
    }
    verified[index] = true;
  };
  const at = async (index: number, method: string, params: MethodParams, signal?: AbortSignal): Promise<unknown> => {
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
    chain: config.chain,
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
