import { Observable, of, throwError } from 'rxjs';

/** The plain yes. */
export const PASS = { verdict: 'pass', reasons: [] };
const never = new Promise<never>(() => {});

/** Each answers instead of one layer. `after` moves the clock while the judge waits. */
export const FAULTS: Readonly<Record<string, () => unknown>> = {
  throw: () => {
    throw new Error('boom');
  },
  reject: () => Promise.reject(new Error('boom')),
  'time out': () => never,
  hang: () => new Observable(() => {}),
  undefined: () => undefined,
  null: () => null,
  "'true'": () => 'true',
  1: () => 1,
  NaN: () => Number.NaN,
  '{}': () => ({}),
};
export const EXPECTED: Readonly<Record<string, string>> = {
  throw: 'layer_threw',
  reject: 'layer_threw',
  'time out': 'layer_timed_out',
  hang: 'layer_timed_out',
  'a late answer': 'layer_timed_out',
};

export const ODD: Readonly<Record<string, () => unknown>> = {
  true: () => true,
  approved: () => 'approved',
  array: () => [],
  'a function': () => () => PASS,
  'a thenable that calls both': () => ({
    // biome-ignore lint/suspicious/noThenProperty: the exploit
    then: (yes: (value: unknown) => void, no: (error: unknown) => void) => {
      yes(PASS);
      no(new Error('both'));
    },
  }),
  // biome-ignore lint/suspicious/noThenProperty: the exploit
  'a promise whose own then answers at once': () => Object.assign(never.then(), { then: (yes: (value: unknown) => void) => yes(PASS) }),
  'an async generator': () =>
    (async function* () {
      yield PASS;
    })(),
  'a throwing proxy': () =>
    new Proxy(
      {},
      {
        getPrototypeOf: () => {
          throw new Error('proxy');
        },
        get: () => {
          throw new Error('proxy');
        },
      },
    ),
  'an Observable of nothing': () => new Observable((subscriber) => subscriber.complete()),
  'an Observable of two': () => of(PASS, PASS),
  'an Observable that fails': () => throwError(() => new Error('no')),
  'an Observable that answers and throws': () =>
    Object.assign(new Observable(), {
      subscribe: (observer: { next(v: unknown): void; complete(): void }) => {
        observer.next(PASS);
        observer.complete();
        throw new Error('after');
      },
    }),
  'a pass with a denial inside': () => ({ verdict: 'pass', reasons: [{ code: 'policy_rule_denied', message: 'no', retryable: false }] }),
  'a denial without reason is malformed': () => ({ verdict: 'deny', reasons: [] }),
  'an unknown verdict': () => ({ verdict: 'allow', reasons: [] }),
  'no reasons': () => ({ verdict: 'pass' }),
  'reasons that are no list': () => ({ verdict: 'pass', reasons: { length: 0 } }),
  'a score that is none': () => ({ ...PASS, score: Number.NaN }),
  'a score beyond 100': () => ({ ...PASS, score: 100.1 }),
  'a negative score': () => ({ ...PASS, score: -1 }),
  'an unknown field': () => ({ ...PASS, approved: true }),
  'a getter': () => Object.defineProperty({ reasons: [] }, 'verdict', { get: () => 'pass', enumerable: true }),
  'an inherited verdict': () => Object.create(PASS),
  'a class instance': () =>
    new (class Outcome {
      verdict = 'pass';
      reasons = [];
    })(),
  'signals that are none': () => ({ ...PASS, signals: [{ type: 'approved', details: {} }] }),
  'unenforced that is none': () => ({ ...PASS, unenforced: [1] }),
  'a symbol': () => Symbol('pass'),
};
