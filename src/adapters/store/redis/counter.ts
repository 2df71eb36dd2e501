import { CastellanError } from '../../../core/errors.ts';
import type { Turns } from '../kernel/turns.ts';
import { createAnswerTurns } from './answer-turns.ts';
import { counterUnavailable } from './failure.ts';
import type { Fence } from './fence.ts';

/**
 * Most takes of one script: bounds for how long the server does nothing else, and leaves it something to do while this process
 * works on the answers of the script before.
 */
const MAX_BATCH = 32;
/** Most confirmed takes of one operation of the script. */
const MAX_NEWS = 1_000;
/** Most takes that wait at once. */
const MAX_WAITING = 100_000;

/** Room that is to be taken, on every line or on none. */
export interface Take {
  /** One request of one agent. */
  readonly id: string;
  /** Of the step in the log; '' where it has none. */
  readonly entry: string;
  readonly lines: readonly TakeLine[];
}

/** One account of a take. */
export interface TakeLine {
  readonly account: string;
  /** The state that is expected; the look's name alone where it does not fit on it; `!` takes whatever the room is. */
  readonly expected: string;
  readonly next: string;
  /** Most that may be taken since the look, decimal text; '' fits nothing. */
  readonly room: string;
  /** `<amount> <now> <until> <decision>`, as {@link parseTake} of `doubtful-take.ts` reads it. */
  readonly take: string;
}

/** `1` as expected; `v` the look is not the counter's; `lost` the counter is not the one that counts. */
export type TakeAnswer = 1 | 'v' | 'lost' | Taken | DoesNotFit;
/** The states of the lines after it. */
export type Taken = readonly ['t', ...states: string[]];
/** Is this very request taken already, server time, then per line: state, of which in doubt, time of the look. */
export type DoesNotFit = readonly ['n', known: number, nowMs: string, ...fields: string[]];

/** The counter as one process asks it: what is asked in one turn of the event loop shares a round trip. */
export interface Counter {
  take(take: Take): Promise<TakeAnswer>;
  /** The record holds what was taken. Told with the next round trip; where that is lost the next look finds it. */
  confirm(id: string, accounts: readonly string[]): void;
  /** The record does not hold it and never will. */
  giveBack(id: string, accounts: readonly string[]): void;
  /** Room on these accounts was freed in the record: refusals look there first. */
  mark(accounts: readonly string[]): Promise<void>;
  /** Sends what is waiting, if the server is there. */
  flush(): Promise<void>;
}

interface Waiting {
  readonly take: Take;
  readonly resolve: (answer: TakeAnswer) => void;
  readonly reject: (error: unknown) => void;
}

/** The key of an account. All keys of one counter lie in one slot of a cluster. */
export function accountKey(prefix: string, account: string): string {
  return `{${prefix}}:a:${account}`;
}

/** Nothing waits yet. */
export function createCounter(fence: Fence, prefix: string, turns: Turns): Counter {
  const takes: Waiting[] = [];
  let confirmed = new Map<string, string[]>();
  let returned: (readonly [account: string, id: string])[] = [];
  let freed = new Set<string>();
  let flushing = false;
  const answering = createAnswerTurns(turns);

  const wake = (): void => {
    if (flushing) return;
    flushing = true;
    turns.next(() => {
      flushing = false;
      void flush();
    });
  };
  const flush = (): Promise<void> => {
    const sent: Promise<void>[] = [];
    do sent.push(send(takes.splice(0, MAX_BATCH)));
    while (takes.length > 0);
    return Promise.all(sent).then(() => undefined);
  };

  async function send(batch: readonly Waiting[]): Promise<void> {
    let fenced = fence.standing();
    try {
      // News alone are not worth a new connection: whatever is never told is found by a look.
      if (fenced === undefined && (batch.length > 0 || fence.isReachable())) fenced = await fence.stand();
      const { args, keys, put } = createArguments(fence.key, prefix);
      takeNews(args, put);
      for (const { take } of batch) {
        args.push('t', take.id, take.entry, String(take.lines.length));
        for (const line of take.lines) args.push(put(line.account), line.expected, line.next, line.room, line.take);
      }
      if (fenced === undefined || args.length === 0) return;
      const answers = await fenced.session.run('count', keys, [fenced.incarnation, ...args]);
      // Each batch has a turn of its own: the server works on what its callers ask next while the others are answered.
      if (batch.length > 0) await answering.next();
      if (answers === 'lost') fence.doubt(fenced.incarnation);
      for (const [at, { resolve }] of batch.entries())
        resolve(answers === 'lost' ? 'lost' : ((answers as readonly TakeAnswer[])[at] ?? 'lost'));
    } catch (error) {
      for (const { reject } of batch) reject(counterUnavailable(error));
    }
  }
  const takeNews = (args: string[], put: (account: string) => string): void => {
    for (const [account, ids] of confirmed) {
      for (let at = 0; at < ids.length; at += MAX_NEWS) {
        const some = ids.slice(at, at + MAX_NEWS);
        args.push('c', put(account), String(some.length), ...some);
      }
    }
    for (const [account, id] of returned) args.push('b', put(account), id);
    for (const account of freed) args.push('m', put(account));
    [confirmed, returned, freed] = [new Map(), [], new Set()];
  };

  return {
    flush,
    take(take) {
      if (takes.length >= MAX_WAITING) {
        return Promise.reject(
          new CastellanError('STORE_UNAVAILABLE', {
            message: 'Too many reservations wait for the counter.',
            details: { part: 'counter', waiting: takes.length },
            retryable: true,
          }),
        );
      }
      return new Promise((resolve, reject) => {
        takes.push({ take, resolve, reject });
        if (takes.length >= MAX_BATCH) void send(takes.splice(0, MAX_BATCH));
        else wake();
      });
    },
    confirm(id, accounts) {
      for (const account of accounts) {
        const ids = confirmed.get(account);
        if (ids === undefined) confirmed.set(account, [id]);
        else ids.push(id);
      }
      wake();
    },
    giveBack(id, accounts) {
      for (const account of accounts) returned.push([account, id]);
      wake();
    },
    mark(accounts) {
      for (const account of accounts) freed.add(account);
      return flush();
    },
  };
}

/** Arguments of the script, and the place of each account among its keys. */
function createArguments(fenceKey: string, prefix: string) {
  const keys = [fenceKey];
  const places = new Map<string, string>();
  return {
    args: [] as string[],
    keys,
    put(account: string): string {
      let place = places.get(account);
      if (place === undefined) {
        keys.push(accountKey(prefix, account));
        place = String(keys.length);
        places.set(account, place);
      }
      return place;
    },
  };
}
