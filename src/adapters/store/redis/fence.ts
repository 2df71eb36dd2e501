import type { Clock } from '../../../core/clock.ts';
import { toHex } from '../../../core/digest.ts';
import type { Random } from '../../../core/random.ts';
import type { Doc, Json, Store } from '../../../core/store.ts';
import { storeKey } from '../../../core/store.ts';
import { counterLost, counterUnavailable } from './failure.ts';
import type { Link } from './link.ts';
import type { Session } from './session.ts';

/** For how long a fence that was compared with the record is believed, ms. */
const BELIEVED_MS = 1_000;
/** How often a process looks whether another one has begun the counter that it said it would, before it does so itself. */
const PATIENCE = 40;
/** Most looks in all: also where the clock stands still. */
const MAX_LOOKS = 400;

/** Which counter is the one that counts. It stands in the record, and in Redis beside what it fences. */
export interface FenceTerms {
  /** Rises with each counter that is begun. */
  readonly epoch: number;
  /** Random: no state that Redis ever held before knows it. */
  readonly incarnation: string;
  /** The server that holds it, since its last start. */
  readonly runId: string;
}

/** A counter that may be asked. */
export interface Fenced {
  readonly session: Session;
  readonly incarnation: string;
}

/** Compares the counter with the record, and begins a new one where they differ. */
export interface Fence {
  /** The counter, if it was compared lately. */
  standing(): Fenced | undefined;
  /** True where a connection is up, so that comparing is soon done. */
  isReachable(): boolean;
  /** The counter; where it was lost, a new one. @throws STORE_UNAVAILABLE, where Redis or the record is away, or others keep changing it */
  stand(): Promise<Fenced>;
  /** Somebody said that this counter is not the one that counts, or that the record says so. */
  doubt(incarnation: string): void;
  /** Of the document in the record. */
  readonly recordKey: string;
  /** Of the hash in Redis. */
  readonly key: string;
}

/** What the fence needs. `started` is told of each counter that this process goes over to. */
export interface FenceOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly record: Store;
  readonly link: Link;
  readonly prefix: string;
  /** How long callers wait for a counter that is begun, ms. */
  readonly deadlineMs: number;
  started(): void;
}

/** Knows nothing yet. */
export function createFence(options: FenceOptions): Fence {
  const { clock, link, record, prefix } = options;
  const docKey = `redis/${prefix}`;
  const recordKey = storeKey.doc(docKey);
  const key = `{${prefix}}:fence`;
  let known: (Fenced & { readonly atMs: number }) | undefined;
  /** The counter that stood when this process last looked; lost or not. */
  let stood: string | undefined;
  let comparing: Promise<Fenced> | undefined;

  const standing = (): Fenced | undefined =>
    known?.session.isAlive() === true && clock.monotonicMs() - known.atMs < BELIEVED_MS ? known : undefined;
  const adopt = (session: Session, incarnation: string): Fenced => {
    if (known?.incarnation !== incarnation || known.session !== session) options.started();
    known = { session, incarnation, atMs: clock.monotonicMs() };
    stood = incarnation;
    return known;
  };
  /** True where this process may begin a counter: nobody else wrote the record meanwhile. */
  const claim = async (terms: FenceTerms, version: number): Promise<boolean> => {
    const [result] = await record.apply([
      { commands: [{ kind: 'doc.put', key: docKey, value: { ...terms } satisfies Json, ifVersion: version }] },
    ]);
    return result?.ok === true;
  };

  const compare = async (): Promise<Fenced> => {
    const untilMs = clock.monotonicMs() + options.deadlineMs;
    let seen: number | undefined;
    let looks = 0;
    for (let attempt = 0; attempt < MAX_LOOKS; attempt++) {
      const session = await link.session();
      const [[row], [epoch, incarnation, runId]] = await Promise.all([record.get([recordKey]), fieldsOf(session, key)]);
      const doc = row as unknown as Doc | undefined;
      const terms = readTerms(doc);
      if (terms !== undefined && terms.incarnation === incarnation && terms.runId === session.runId && runId === session.runId)
        return adopt(session, terms.incarnation);
      const version = doc?.version ?? 0;
      // Whoever wrote what we did not know is perhaps beginning that counter, and is left the time for it; a moment where it may as well be old.
      if (version !== seen) looks = seen !== undefined ? 0 : terms?.incarnation === stood ? PATIENCE : PATIENCE / 2;
      seen = version;
      if (looks++ >= PATIENCE) {
        const next: FenceTerms = {
          epoch: Math.max(terms?.epoch ?? 0, Number(epoch ?? 0)) + 1,
          incarnation: toHex(options.random.bytes(16)),
          runId: session.runId,
        };
        if ((await claim(next, version)) && (await putUp(session, next))) return adopt(session, next.incarnation);
      }
      if (clock.monotonicMs() >= untilMs) break;
      await link.pause(attempt);
    }
    throw counterLost();
  };
  const putUp = async (session: Session, { epoch, incarnation, runId }: FenceTerms): Promise<boolean> => {
    try {
      return Number(await session.run('fence', [key], [String(epoch), incarnation, runId])) === 0;
    } catch (error) {
      throw counterUnavailable(error);
    }
  };

  return {
    key,
    recordKey,
    standing,
    isReachable: () => link.up() !== undefined,
    stand() {
      const now = standing();
      if (now !== undefined) return Promise.resolve(now);
      comparing ??= compare().finally(() => {
        comparing = undefined;
      });
      return comparing;
    },
    doubt(incarnation) {
      if (known?.incarnation === incarnation) known = undefined;
    },
  };
}

const fieldsOf = (session: Session, key: string): Promise<readonly (string | null)[]> =>
  session.fields(key, 'e', 'i', 'r').catch((error: unknown) => {
    throw counterUnavailable(error);
  });

/** What the record says of the counter; undefined where it says nothing that can be read. */
export function readTerms(doc: Doc | undefined): FenceTerms | undefined {
  const { epoch, incarnation, runId } = (doc?.value ?? {}) as Partial<Record<keyof FenceTerms, unknown>>;
  if (!Number.isSafeInteger(epoch) || typeof incarnation !== 'string' || typeof runId !== 'string') return undefined;
  return { epoch: epoch as number, incarnation, runId };
}
