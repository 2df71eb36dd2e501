import type { Clock } from '../../core/clock.ts';
import { createDeadlines } from '../../core/deadline.ts';
import { createEndpoint, type MethodParams } from './endpoint.ts';

/** Where a toncenter v2 endpoint is, and how long it may take. */
export interface ToncenterOptions {
  /** `https://…/api/v2/jsonRPC` */
  readonly url: string;
  readonly apiKey?: string;
  /** Per question, ms. */
  readonly timeoutMs: number;
  readonly clock: Clock;
}

/** An open connection to one endpoint. */
export interface Toncenter {
  /** Asks once. @throws CHAIN_REJECTED, CHAIN_UNAVAILABLE, CHAIN_RESPONSE_INVALID, TIMEOUT, SHUTTING_DOWN */
  ask(method: string, params: MethodParams): Promise<unknown>;
  /** Ends what is being asked. Idempotent. */
  close(): void;
}

/**
 * Connects to one toncenter v2 endpoint, bounded in time and size; what it says is not checked beyond its form.
 *
 * @param options - `timeoutMs` per question
 * @example
 * ```ts
 * import { openToncenter } from 'castellan/ton';
 * import { createManualClock, startTonDevChain } from 'castellan/testing';
 *
 * const chain = await startTonDevChain();
 * const toncenter = openToncenter({ url: chain.url, timeoutMs: 5_000, clock: createManualClock() });
 * console.log(await toncenter.ask('getAddressBalance', { address: `0:${'71'.repeat(32)}` })); // 0
 * toncenter.close();
 * await chain.close();
 * ```
 */
export function openToncenter({ url, apiKey, timeoutMs, clock }: ToncenterOptions): Toncenter {
  const deadlines = createDeadlines(clock);
  const closing = new AbortController();
  const endpoint = createEndpoint({
    url,
    index: 0,
    timeoutMs,
    deadlines,
    closed: closing.signal,
    ...(apiKey === undefined ? {} : { apiKey }),
  });
  return {
    ask: (method, params) => endpoint.ask(method, params),
    close() {
      closing.abort();
      deadlines.close();
    },
  };
}
