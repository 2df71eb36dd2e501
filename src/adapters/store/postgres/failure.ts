import { CastellanError, isCastellanError } from '../../../core/errors.ts';

/** Codes after which the very same transaction may pass: it met another one. */
const TRANSIENT: ReadonlySet<string> = new Set(['40001', '40P01']);
/** Said while a server starts, stops or is full: another connection may fare better. */
const COMING: ReadonlySet<string> = new Set(['57P01', '57P02', '57P03', '53300']);

/** The SQLSTATE of an error that the server sent; undefined for any other value. */
export function sqlState(error: unknown): string | undefined {
  const { code, severity } = (typeof error === 'object' && error !== null ? error : {}) as Readonly<Record<string, unknown>>;
  return typeof code === 'string' && typeof severity === 'string' ? code : undefined;
}

/** True where the server said no to this connection or this statement for good: trying again leads nowhere. */
export function isFinal(error: unknown): boolean {
  if (isCastellanError(error)) return !error.retryable;
  const state = sqlState(error);
  return state !== undefined && !COMING.has(state) && !TRANSIENT.has(state);
}

/** True where one call's own data may be what is wrong: the others of its group may pass without it. */
export function isOfOneCall(error: unknown): boolean {
  const state = sqlState(error);
  if (state !== undefined) return /^(22|23|54|XX)/.test(state);
  return !(error instanceof SessionLost) && !(isCastellanError(error) && error.code === 'STORE_UNAVAILABLE');
}

/**
 * The typed error for whatever the driver threw, where nothing of the attempt was committed. Details name a code and never the
 * server's words: they may hold a user, a host or what a row holds.
 */
export function toStoreError(error: unknown): unknown {
  if (isCastellanError(error)) return error;
  const state = sqlState(error);
  if (state?.startsWith('XX00') === true && state !== 'XX000')
    return new CastellanError('STORE_CORRUPT', {
      message: 'The server says that its data are damaged.',
      details: { sqlState: state },
      cause: error,
    });
  if (state !== undefined)
    return new CastellanError('STORE_UNAVAILABLE', {
      message: 'The server refused to read or write the store.',
      details: { sqlState: state },
      retryable: !/^(28|3D|42)/.test(state),
      cause: error,
    });
  if (isConnectionTrouble(error)) return unreachable(error);
  return new CastellanError('INTERNAL', { message: 'A store command broke off; nothing of it was kept.', cause: error });
}

/** The server cannot be reached, or not in time. */
export function unreachable(cause: unknown, outcome: 'none' | 'unknown' = 'none'): CastellanError {
  const state = sqlState(cause) ?? (cause as { readonly code?: unknown } | undefined)?.code;
  return new CastellanError('STORE_UNAVAILABLE', {
    message:
      outcome === 'none'
        ? 'The server of the store cannot be reached.'
        : 'The connection broke during a commit, and the server does not answer whether it was made.',
    details: { ...(typeof state === 'string' ? { reason: state } : {}), ...(outcome === 'unknown' ? { outcome } : {}) },
    retryable: true,
    cause,
  });
}

/** An error of the connection, marked where it is thrown: see `session.ts`. */
export class SessionLost extends Error {
  override readonly cause: unknown;
  constructor(cause: unknown) {
    super('The connection to the server is gone.');
    this.cause = cause;
  }
}

function isConnectionTrouble(error: unknown): boolean {
  return error instanceof SessionLost;
}
