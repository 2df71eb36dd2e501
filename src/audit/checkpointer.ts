import { canonicalize } from '../core/canonical.ts';
import type { Clock } from '../core/clock.ts';
import { applyStep, readDoc } from '../core/doc.ts';
import { CastellanError, isCastellanError } from '../core/errors.ts';
import type { AttestationKey } from '../core/signer.ts';
import type { Store } from '../core/store.ts';
import { signCheckpoint } from './checkpoint.ts';
import type { LogTail, TailState } from './log-tail.ts';
import { checkpointKey, LATEST_CHECKPOINT, type StoredCheckpoint, toCheckpointJson, verifyStoredCheckpoint } from './stored-checkpoint.ts';

/** Processes that sign at the same moment each try again; the one with the longest log wins. */
const MAX_ATTEMPTS = 8;

/** What the checkpoint job needs. */
export interface CheckpointerOptions {
  readonly store: Store;
  readonly tail: LogTail;
  readonly key: AttestationKey;
  readonly origin: string;
  readonly clock: Clock;
  /** Unsigned entries that make it sign at once. */
  readonly every: number;
  /** Ms after which the first unsigned entry is signed in any case. */
  readonly delayMs: number;
  readonly signed: StoredCheckpoint | null;
  /** Called with each checkpoint that this process stored. */
  readonly onSigned: (stored: StoredCheckpoint) => void;
}

/** Signs the log's state, a bounded number of entries and milliseconds behind its end. */
export interface Checkpointer {
  readonly signedSize: number;
  readonly lastAtMs: number | null;
  /** Why the last attempt failed; null after a good one. */
  readonly fault: string | null;
  /** Says that entries may have come. */
  notice(): void;
  /** Signs and stores everything committed before the call. @throws LOG_CORRUPT, STORE_UNAVAILABLE */
  sign(): Promise<void>;
  /** Signs what the tail has, be it nothing: the first checkpoint of a log. @throws STORE_UNAVAILABLE */
  signFirst(): Promise<void>;
  close(): void;
}

/** Makes the job: one run at a time, one timer. A failed run is repeated after the delay; until then health shows it. */
export function createCheckpointer(options: CheckpointerOptions): Checkpointer {
  const { store, tail, key, origin, clock } = options;
  let signedSize = options.signed?.size ?? 0;
  let lastAtMs = options.signed?.atMs ?? null;
  let fault: string | null = null;
  /** The last one that this process stored: met again to the letter, it need not be verified. */
  let ownStored: { readonly known: { readonly ok: true; readonly stored: StoredCheckpoint }; readonly text: string } | undefined;
  let running: Promise<void> | undefined;
  let timer: { cancel(): void } | undefined;
  let closed = false;

  const put = async (state: TailState): Promise<void> => {
    const note = signCheckpoint({ origin, size: state.size, root: state.root }, key);
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt += 1) {
      const latest = await readDoc(store, LATEST_CHECKPOINT);
      const known =
        latest === undefined
          ? undefined
          : ownStored?.text === canonicalize(latest.value)
            ? ownStored.known
            : verifyStoredCheckpoint(latest.value, origin, key.publicKey);
      // A checkpoint that nobody signed is evidence: it is not written over.
      if (known?.ok === false && known.reason !== 'other_key')
        throw new CastellanError('LOG_CORRUPT', {
          message: 'The latest checkpoint is not a signed one.',
          details: { reason: known.reason },
        });
      if (known?.ok === true && known.stored.size >= state.size) {
        signedSize = Math.max(signedSize, known.stored.size);
        lastAtMs = known.stored.atMs;
        return;
      }
      const stored: StoredCheckpoint = {
        size: state.size,
        previous: known?.ok === true ? known.stored.size : 0,
        note,
        chain: state.chain,
        frontier: state.frontier,
        atMs: clock.nowMs(),
      };
      const value = toCheckpointJson(stored);
      const result = await applyStep(store, {
        commands: [
          { kind: 'doc.put', key: LATEST_CHECKPOINT, value, ifVersion: latest?.version ?? 0 },
          { kind: 'doc.put', key: checkpointKey(state.size), value },
        ],
      });
      if (result.ok) {
        signedSize = stored.size;
        lastAtMs = stored.atMs;
        ownStored = { known: { ok: true, stored }, text: canonicalize(value) };
        options.onSigned(stored);
        return;
      }
      if (result.reason.code !== 'version_conflict')
        throw new CastellanError('STORE_UNAVAILABLE', {
          message: 'The store refused a checkpoint.',
          details: { reason: result.reason.code },
          retryable: true,
        });
    }
    throw new CastellanError('STORE_UNAVAILABLE', { message: 'Other processes kept signing first.', retryable: true });
  };

  const run = async (): Promise<void> => {
    timer?.cancel();
    timer = undefined;
    try {
      await tail.catchUp();
      const state = tail.state();
      if (state.size > signedSize) await put(state);
      fault = null;
    } catch (error) {
      fault = isCastellanError(error) ? error.code : 'INTERNAL';
      throw error;
    }
  };
  const begin = (): Promise<void> => {
    running ??= run().finally(() => {
      running = undefined;
      notice();
    });
    return running;
  };
  const notice = (): void => {
    const unsigned = tail.seen - signedSize;
    if (closed || running !== undefined || unsigned <= 0) return;
    // The failure stands in `fault`; the next run comes after the delay.
    if (unsigned >= options.every && fault === null) begin().catch(() => undefined);
    else timer ??= clock.schedule(options.delayMs, () => void begin().catch(() => undefined));
  };

  return {
    get signedSize() {
      return signedSize;
    },
    get lastAtMs() {
      return lastAtMs;
    },
    get fault() {
      return fault;
    },
    notice,
    async sign() {
      // A run on the way may have read the log's end before this call: only the next one is sure to cover everything.
      await running?.catch(() => undefined);
      await begin();
    },
    signFirst: () => put(tail.state()),
    close() {
      closed = true;
      timer?.cancel();
      timer = undefined;
    },
  };
}
