import { CastellanError, type Store } from '../../src/core/index.ts';
import type { TonDevChain } from '../../src/testing/index.ts';

/** Draws from 0 to 1, 1 excluded; 1 while nothing is to go wrong. */
export type Dice = () => number;

/** A store that now and then loses the answer to a step that was committed, or the step itself: a crash between two of them. */
export function crashing(store: Store, dice: Dice, count: () => void): Store {
  const lost = (): never => {
    count();
    throw new CastellanError('STORE_UNAVAILABLE', { message: 'The process died here.', retryable: true });
  };
  return {
    ...store,
    close: async () => undefined,
    async apply(steps) {
      const die = dice();
      if (die < 0.03) lost();
      const results = await store.apply(steps);
      return die < 0.06 ? lost() : results;
    },
  };
}

/** An EVM network as `fetch`: sending is lost on the way there, on the way back, doubled, or never answered. */
export function faultyEvm(dice: Dice, count: () => void): typeof fetch {
  const failed = (): Promise<Response> => Promise.reject(new TypeError('network error'));
  return async (input, init) => {
    const isSend = typeof init?.body === 'string' && init.body.includes('eth_sendRawTransaction');
    const die = isSend ? dice() : 1;
    if (die < 0.6) count();
    if (die < 0.2) return failed();
    const response = await fetch(input, init);
    if (die < 0.4) return failed();
    if (die < 0.57) return fetch(input, init);
    if (die < 0.6)
      return new Promise((_resolve, reject) => {
        init?.signal?.addEventListener('abort', () => reject(new DOMException('aborted', 'AbortError')));
      });
    return response;
  };
}

/** The dev chain's own words for a failure of its making; its refusals of a message are longer. */
const MADE_UP = /"error":"(?:Internal Server Error|Service Unavailable)"/;

/**
 * A TON network as `fetch`: a fifth of the messages is taken and forgotten by the chain itself, which also fails by itself as its
 * `errorRate` says. Both are counted as they are met.
 */
export function faultyTon(chain: Pick<TonDevChain, 'dropNext'>, dice: Dice, count: () => void): typeof fetch {
  const asked: typeof fetch = async (input, init) => {
    try {
      const response = await fetch(input, init);
      if (!response.ok && MADE_UP.test(await response.clone().text())) count();
      return response;
    } catch (error) {
      if (init?.signal?.aborted !== true) count();
      throw error;
    }
  };
  let sending: Promise<unknown> = Promise.resolve();
  return (input, init) => {
    if (typeof init?.body !== 'string' || !init.body.includes('"method":"sendBoc"')) return asked(input, init);
    // One at a time, so that it is this very message which is forgotten.
    const sent = sending.then(async () => {
      const forgets = dice() < 0.2;
      chain.dropNext(forgets ? 1 : 0);
      const response = await asked(input, init);
      if (forgets && response.ok) count();
      return response;
    });
    sending = sent.then(
      () => chain.dropNext(0),
      () => chain.dropNext(0),
    );
    return sent;
  };
}
