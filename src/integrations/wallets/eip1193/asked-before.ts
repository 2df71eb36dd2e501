import { isCastellanError } from '../../../core/index.ts';

/** A request that a person has to decide about. */
export interface AskedBefore {
  readonly id: string;
  /** The transaction that they see, as it was built when they were asked. */
  readonly bytes?: Uint8Array;
}

/** What people are being asked about, by what was asked for: the same asked for again goes on there, and asks nobody twice. */
export interface Askings {
  /** Runs work for what `key` says; `keep` notes the bytes that were built for it. */
  run<T>(key: string, work: (before: AskedBefore | undefined, keep: (bytes: Uint8Array) => void) => Promise<T>): Promise<T>;
}

/** Questions that are remembered; an older one is asked anew. */
const MAX_ASKED = 64;
/** Answers after which nothing waits any more. */
const ANSWERED: ReadonlySet<unknown> = new Set(['approval_rejected', 'approval_timeout', 'approval_expired']);

/** The request behind an error that says that a person has yet to decide. */
function waiting(error: unknown): string | undefined {
  if (!isCastellanError(error) || error.code !== 'REQUEST_DENIED') return undefined;
  const { verdict, reason, approvalId, requestId } = error.details;
  const isOpen = verdict === 'escalated' && approvalId !== undefined && !ANSWERED.has(reason);
  return isOpen && typeof requestId === 'string' ? requestId : undefined;
}

/** Remembers a bounded number of questions, for one caller. The gate decides what an answer is worth; this only finds its request again. */
export function createAskings(): Askings {
  const open = new Map<string, AskedBefore>();
  return {
    async run(key, work) {
      const before = open.get(key);
      let bytes = before?.bytes;
      try {
        const done = await work(before, (built) => {
          bytes = built;
        });
        open.delete(key);
        return done;
      } catch (error) {
        const id = waiting(error);
        open.delete(key);
        if (id !== undefined) open.set(key, { id, ...(bytes === undefined ? {} : { bytes }) });
        for (const oldest of open.keys()) if (open.size > MAX_ASKED) open.delete(oldest);
        throw error;
      }
    },
  };
}
