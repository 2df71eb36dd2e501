import type { ErrorDetails } from '../../core/errors.ts';
import { CastellanError } from '../../core/errors.ts';

/** The error for bytes that are no message we would sign. `reason` is stable lower_snake; programs may switch on it. */
export function undecodable(reason: string, details: ErrorDetails = {}, cause?: unknown): CastellanError {
  return new CastellanError('PAYLOAD_UNDECODABLE', {
    message: `the bytes are no unsigned message of a wallet of this chain (${reason.replaceAll('_', ' ')})`,
    details: { ...details, reason },
    ...(cause === undefined ? {} : { cause }),
  });
}
