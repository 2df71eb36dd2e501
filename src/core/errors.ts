import { inspect } from 'node:util';

/**
 * Codes of things that are broken. A "no" is not among them: a denial is a value with a {@link ReasonCode}.
 * UPPER_SNAKE, closed: a new failure gets a new code here.
 */
export type ErrorCode =
  | 'AMOUNT_INVALID'
  | 'ADDRESS_INVALID'
  | 'ASSET_INVALID'
  | 'ASSET_AMBIGUOUS'
  | 'CHAIN_INVALID'
  | 'CHAIN_UNAVAILABLE'
  | 'CHAIN_RESPONSE_INVALID'
  | 'CHAIN_REJECTED'
  | 'CANONICAL_INVALID'
  | 'CONFIG_INVALID'
  | 'REQUEST_INVALID'
  | 'AGENT_UNKNOWN'
  | 'AGENT_EXISTS'
  | 'WALLET_UNKNOWN'
  | 'WALLET_EXISTS'
  | 'AUTHORITY_REQUIRED'
  | 'APPROVAL_INVALID'
  | 'APPROVAL_UNKNOWN'
  | 'PERMIT_REFUSED'
  | 'POLICY_CHANGED'
  | 'POLICY_INVALID'
  | 'NAME_INVALID'
  | 'PAYLOAD_UNDECODABLE'
  | 'SIGNING_CLOSED'
  | 'REQUEST_DENIED'
  | 'KEY_UNKNOWN'
  | 'KEY_REVOKED'
  | 'KEY_DECRYPT_FAILED'
  | 'KEY_INVALID'
  | 'DERIVATION_INVALID'
  | 'RECOVERY_UNKNOWN'
  | 'RECOVERY_REFUSED'
  | 'HALTED'
  | 'STORE_UNAVAILABLE'
  | 'STORE_CORRUPT'
  | 'STORE_SCHEMA_NEWER'
  | 'STORE_CLOSED'
  | 'LOG_CORRUPT'
  | 'ENTRY_PRUNED'
  | 'SIGNATURE_INVALID'
  | 'TIMEOUT'
  | 'SHUTTING_DOWN'
  | 'NOT_STARTED'
  | 'MODE_UNAVAILABLE'
  | 'REPLACEMENT_UNAVAILABLE'
  | 'PEER_MISSING'
  | 'SLOT_CONFLICT'
  | 'PRICE_UNAVAILABLE'
  | 'CLOCK_SKEW'
  | 'NOTIFICATION_FAILED'
  | 'INTERNAL';

/** Facts a {@link CastellanError} carries: JSON-safe, never a secret. */
export type ErrorDetails = Readonly<Record<string, string | number | boolean | null | readonly string[]>>;

/** What a {@link CastellanError} is made of. */
export interface ErrorFacts {
  /** One sentence without values that could be secret. */
  readonly message: string;
  readonly details?: ErrorDetails;
  /** True where the same call may succeed later without any change by the caller. */
  readonly retryable?: boolean;
  readonly cause?: unknown;
}

const BRAND = Symbol.for('castellan.error');

/**
 * The one error class: something is broken (never: something was denied).
 *
 * `code` is stable and programs may switch on it; `details` are facts; `toJSON` and `inspect` never show a cause's own
 * fields, which may hold what a library put there.
 *
 * @example
 * ```ts
 * import { CastellanError, parseAmount } from 'castellan';
 *
 * try {
 *   parseAmount('1e3', 18);
 * } catch (error) {
 *   if (!(error instanceof CastellanError)) throw error;
 *   console.log(error.code, error.retryable); // AMOUNT_INVALID false
 * }
 * ```
 */
export class CastellanError extends Error {
  override readonly name = 'CastellanError';
  readonly code: ErrorCode;
  readonly shortMessage: string;
  readonly details: ErrorDetails;
  readonly retryable: boolean;
  readonly [BRAND] = true;
  // Not the standard `cause` property: the runtime prints that one whole for an uncaught error, past `inspect.custom`.
  readonly #cause: unknown;

  constructor(code: ErrorCode, facts: ErrorFacts) {
    super(`${code}: ${facts.message}`);
    this.code = code;
    this.shortMessage = facts.message;
    this.details = facts.details ?? {};
    this.retryable = facts.retryable ?? false;
    this.#cause = facts.cause;
  }

  /** What a library or backend threw, for a debugger; it may hold anything, so nothing here prints it. */
  getCause(): unknown {
    return this.#cause;
  }

  /** The error as data: code, message, details, retryable. */
  toJSON(): Record<string, unknown> {
    return { name: this.name, code: this.code, message: this.shortMessage, details: this.details, retryable: this.retryable };
  }

  [inspect.custom](): string {
    const rows = Object.entries(this.details).map(([key, value]) => `\n  ${key}: ${String(value)}`);
    return `${this.name} [${this.code}] ${this.shortMessage}${rows.join('')}`;
  }
}

/**
 * Tells a castellan error from any other value, across copies of this module.
 *
 * @param value - anything that was caught
 * @example
 * ```ts
 * import { isCastellanError, parseAmount } from 'castellan';
 *
 * try {
 *   parseAmount('-1', 18);
 * } catch (error) {
 *   console.log(isCastellanError(error) && error.code); // AMOUNT_INVALID
 * }
 * console.log(isCastellanError(new Error('another'))); // false
 * ```
 */
export function isCastellanError(value: unknown): value is CastellanError {
  return typeof value === 'object' && value !== null && (value as Record<symbol, unknown>)[BRAND] === true;
}
