import { CastellanError, isCastellanError } from '../../../core/errors.ts';

/** Words with which a server begins an answer that will be the same next time. */
const FINAL: ReadonlySet<string> = new Set(['WRONGPASS', 'NOAUTH', 'NOPERM', 'WRONGTYPE', 'ERR', 'CROSSSLOT', 'MOVED']);
/** Words that say that this connection leads to a server that does not take writes: another one may. */
const ELSEWHERE: ReadonlySet<string> = new Set(['READONLY', 'MASTERDOWN', 'LOADING', 'UNBLOCKED', 'CLUSTERDOWN']);

/** The first word of an answer that is an error, e.g. `NOSCRIPT`; undefined where the server did not answer. */
export function wordOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !/^(ErrorReply|SimpleError|BlobError)$/.test(error.constructor.name)) return undefined;
  return /^-?([A-Z]+)\b/.exec(error.message)?.[1] ?? 'ERR';
}

/** True where the connection is of no use any more. */
export function leadsNowhere(error: unknown): boolean {
  const word = wordOf(error);
  return word === undefined || ELSEWHERE.has(word);
}

/**
 * The typed error for whatever the driver threw. A reservation that meets it is denied. Details name a code, never the server's words: they may
 * hold a user or a host.
 */
export function counterUnavailable(cause: unknown): CastellanError {
  if (isCastellanError(cause)) return cause;
  const word = wordOf(cause);
  const code = word ?? (cause as { readonly code?: unknown } | undefined)?.code;
  return new CastellanError('STORE_UNAVAILABLE', {
    message:
      word === undefined
        ? 'The Redis server of the counter cannot be reached, so nothing is reserved.'
        : 'The Redis server refused to count, so nothing is reserved.',
    details: { part: 'counter', ...(typeof code === 'string' ? { reason: code } : {}) },
    retryable: word === undefined || !FINAL.has(word),
    cause,
  });
}

/** The counter is being made anew from the record. */
export function counterLost(): CastellanError {
  return new CastellanError('STORE_UNAVAILABLE', {
    message: 'The counter was lost and is being made anew from the record; until then nothing is reserved.',
    details: { part: 'counter', reason: 'lost' },
    retryable: true,
  });
}
