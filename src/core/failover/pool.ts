import type { Clock } from '../clock.ts';
import { type CastellanError, isCastellanError } from '../errors.ts';
import { createCircuit } from './circuit.ts';
import type { Vote } from './tally.ts';

/** What a pool is made of. */
export interface PoolParts<Question> {
  /** Endpoints of the configuration. */
  readonly size: number;
  readonly clock: Clock;
  /** Asks this endpoint once, in bounded time. */
  ask(endpoint: number, question: Question, signal?: AbortSignal): Promise<unknown>;
  /** Asks this endpoint which chain it serves. @throws CHAIN_RESPONSE_INVALID with `details.reason` `chain_id_mismatch` */
  check(endpoint: number, signal?: AbortSignal): Promise<void>;
  /** Whether a node's refusal says nothing of the question: overloaded, out of step, an error of its own. */
  isIll(refusal: CastellanError): boolean;
}

/** Endpoints that serve one chain. Each must name our chain at first, and again after every failure, before its word counts. */
export interface Pool<Question> {
  readonly size: number;
  /** Asks one after the other until one answers; never more than two tries each, and one where it was silent. */
  first(question: Question, signal?: AbortSignal): Promise<unknown>;
  /** Asks exactly this one, once, even where it rests. */
  at(endpoint: number, question: Question, signal?: AbortSignal): Promise<unknown>;
  /** Asks one, twice where it fails, and tells what became of it. @throws SHUTTING_DOWN, TIMEOUT where the caller gave up */
  vote(endpoint: number, question: Question, signal?: AbortSignal): Promise<Vote>;
  /** Asks all of them side by side. @throws SHUTTING_DOWN, TIMEOUT where the caller gave up */
  poll(question: Question, signal?: AbortSignal): Promise<readonly Vote[]>;
  /** Asks one or all for their chain anew. @throws CHAIN_RESPONSE_INVALID, CHAIN_UNAVAILABLE, TIMEOUT */
  verify(needed: number, signal?: AbortSignal): Promise<void>;
  /** Endpoints that failed again and again and are not asked at present. */
  resting(): readonly number[];
}

const reasonOf = (error: unknown): unknown => (isCastellanError(error) ? error.details['reason'] : undefined);
const isResting = (error: unknown): boolean => reasonOf(error) === 'endpoint_resting';
/** Nothing is gained by asking at once again. */
const isFinal = (error: unknown): boolean => isResting(error) || (isCastellanError(error) && error.code === 'TIMEOUT');

/** Makes the pool of one chain. */
export function createPool<Question>(parts: PoolParts<Question>): Pool<Question> {
  const { size, clock } = parts;
  const isOutage = (error: unknown): boolean => {
    if (!isCastellanError(error)) return false;
    if (error.code === 'CHAIN_REJECTED') return parts.isIll(error);
    if (error.code === 'TIMEOUT') return error.details['aborted'] !== true;
    return error.code === 'CHAIN_UNAVAILABLE' || error.code === 'CHAIN_RESPONSE_INVALID';
  };
  const all = Array.from({ length: size }, (_, endpoint) => endpoint);
  // What a stranger's contract makes too large says nothing of the node: nobody may send our endpoints to rest.
  const isSickness = (error: unknown): boolean => isOutage(error) && reasonOf(error) !== 'too_large';
  const circuits = all.map((endpoint) => createCircuit(endpoint, clock, isSickness));
  const verified = all.map(() => false);
  let preferred = 0;

  const check = async (endpoint: number, signal?: AbortSignal): Promise<void> => {
    verified[endpoint] = false;
    await parts.check(endpoint, signal);
    verified[endpoint] = true;
  };
  const at = async (endpoint: number, question: Question, signal?: AbortSignal): Promise<unknown> => {
    if (verified[endpoint] !== true) await check(endpoint, signal);
    return parts.ask(endpoint, question, signal);
  };
  const guarded = <T>(endpoint: number, run: () => Promise<T>): Promise<T> =>
    (circuits[endpoint] as (typeof circuits)[number]).run(async () => {
      try {
        return await run();
      } catch (error) {
        // Whatever stands behind this address when it answers again may be another node.
        if (isOutage(error)) verified[endpoint] = false;
        throw error;
      }
    });
  const anywhere = async <T>(run: (endpoint: number) => Promise<T>): Promise<T> => {
    const over = new Set<number>();
    const start = preferred;
    let failure: unknown;
    for (let attempt = 0; attempt < size * 2; attempt += 1) {
      const endpoint = (start + attempt) % size;
      if (over.has(endpoint)) continue;
      if (endpoint !== preferred) verified[endpoint] = false;
      try {
        const answer = await guarded(endpoint, () => run(endpoint));
        preferred = endpoint;
        return answer;
      } catch (error) {
        if (!isOutage(error)) throw error;
        if (isFinal(error)) over.add(endpoint);
        // That one rests says less than why another one failed.
        if (failure === undefined || !isResting(error)) failure = error;
      }
    }
    throw failure;
  };
  const vote = async (endpoint: number, run: () => Promise<unknown>): Promise<Vote> => {
    for (let last = false; ; last = true) {
      try {
        return { endpoint, kind: 'answer', value: await guarded(endpoint, run) };
      } catch (error) {
        if (!isCastellanError(error) || error.code === 'SHUTTING_DOWN' || error.details['aborted'] === true) throw error;
        if (!isOutage(error)) return { endpoint, kind: 'refusal', error };
        if (last || isFinal(error)) return { endpoint, kind: 'missing', error };
      }
    }
  };

  return {
    size,
    at,
    first: (question, signal) => anywhere((endpoint) => at(endpoint, question, signal)),
    vote: (endpoint, question, signal) => vote(endpoint, () => at(endpoint, question, signal)),
    poll: (question, signal) => Promise.all(all.map((endpoint) => vote(endpoint, () => at(endpoint, question, signal)))),
    async verify(needed, signal) {
      if (needed === 1) return anywhere((endpoint) => check(endpoint, signal));
      const votes = await Promise.all(all.map((endpoint) => vote(endpoint, () => check(endpoint, signal))));
      if (votes.filter(({ kind }) => kind === 'answer').length >= needed) return;
      const errors = votes.flatMap((given) => (given.kind === 'answer' ? [] : [given.error]));
      throw errors.find(({ details }) => details['reason'] === 'chain_id_mismatch') ?? (errors[0] as CastellanError);
    },
    resting: () => all.filter((endpoint) => circuits[endpoint]?.isResting()),
  };
}
