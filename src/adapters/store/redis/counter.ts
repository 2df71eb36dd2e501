import type { Clock } from '../../../core/clock.ts';
import { CastellanError } from '../../../core/errors.ts';
import type { Turns } from '../kernel/turns.ts';
import { createAnswerTurns } from './answer-turns.ts';
import { counterUnavailable } from './failure.ts';
import type { Fence } from './fence.ts';
import { createNews } from './news.ts';
import { createPack, type Pack } from './pack.ts';

/**
 * Most takes of one script: bounds for how long the server does nothing else, and leaves it something to do while this process
 * works on the answers of the script before.
 */
const MAX_BATCH = 32;
/** Most confirmed takes of one operation of the script. */
const MAX_NEWS = 1_000;
/** Most packs that are kept for another batch. */
const MAX_SPARE = 8;
/** Most takes that wait at once. */
const MAX_WAITING = 100_000;

/** Room that is to be taken, on every line or on none. */
export interface Take {
  /** One request of one agent. */
  readonly id: string;
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

/** The field of a take in the hash of each of its accounts. */
const takeField = (id: string): string => `T:${id}`;

/** Nothing waits yet. */
export function createCounter(fence: Fence, prefix: string, turns: Turns, clock: Clock): Counter {
  const takes: Waiting[] = [];
  let returned: (readonly [account: string, id: string])[] = [];
  let freed = new Set<string>();
  let flushing = false;
  const answering = createAnswerTurns(turns);
  const spare: Pack[] = [];

  const wake = (): void => {
    if (flushing) return;
    flushing = true;
    turns.next(() => {
      flushing = false;
      void flush();
    });
  };
  const news = createNews(clock, wake);
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
      const pack = spare.pop() ?? createPack();
      pack.begin();
      const { keys, put } = namesIn(pack, fence.key, prefix);
      // What was taken before under the same name is told first, else it would be told of this one.
      if (batch.some(({ take }) => take.lines.some(({ account }) => news.holds(account, take.id)))) news.tellAll();
      tellNews(pack, put);
      for (const { take } of batch) {
        pack.count(take.lines.length);
        pack.text(takeField(take.id));
        for (const line of take.lines) {
          put(line.account);
          pack.text(line.expected);
          pack.text(line.next);
          pack.text(line.room);
          pack.text(line.take);
        }
      }
      if (fenced === undefined || pack.isEmpty()) return void spare.push(pack);
      const answers = await fenced.session.run('count', keys, [fenced.incarnation, pack.end()]);
      // What was answered was sent: its bytes may be written over.
      if (spare.length < MAX_SPARE) spare.push(pack);
      // Each batch has a turn of its own: the server works on what its callers ask next while the others are answered.
      if (batch.length > 0) await answering.next();
      if (answers === 'lost') fence.doubt(fenced.incarnation);
      for (const [at, { resolve }] of batch.entries()) resolve(answerAt(answers, at));
    } catch (error) {
      for (const { reject } of batch) reject(counterUnavailable(error));
    }
  }
  const tellNews = (pack: Pack, put: (account: string) => void): void => {
    for (const [account, ids] of news.take()) {
      for (let at = 0; at < ids.length; at += MAX_NEWS) {
        const some = ids.slice(at, at + MAX_NEWS);
        pack.text('c');
        put(account);
        pack.count(some.length);
        for (const id of some) pack.text(takeField(id));
      }
    }
    for (const [account, id] of returned) {
      pack.text('b');
      put(account);
      pack.text(takeField(id));
    }
    for (const account of freed) {
      pack.text('m');
      put(account);
    }
    if (returned.length > 0) returned = [];
    if (freed.size > 0) freed = new Set();
  };

  return {
    flush() {
      news.tellAll();
      return flush();
    },
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
      for (const account of accounts) news.add(account, id);
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

/** What the script said of one take of its batch. */
function answerAt(answers: unknown, at: number): TakeAnswer {
  if (answers === 1 || answers === 'lost') return answers;
  return (answers as readonly TakeAnswer[])[at] ?? 'lost';
}

/** Names accounts in a pack by their places among the keys. */
function namesIn(pack: Pack, fenceKey: string, prefix: string) {
  const keys = [fenceKey];
  const places = new Map<string, number>();
  return {
    keys,
    put(account: string): void {
      let place = places.get(account);
      if (place === undefined) {
        keys.push(accountKey(prefix, account));
        place = keys.length;
        places.set(account, place);
      }
      pack.count(place);
    },
  };
}
