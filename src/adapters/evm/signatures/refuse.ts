import type { CastellanError, ErrorDetails } from '../../../core/errors.ts';
import { undecodable } from '../undecodable.ts';

/** The error for an order that no careful signer would touch. `reason` is stable lower_snake; programs may switch on it. */
export function refuse(reason: string, details: ErrorDetails = {}): CastellanError {
  return undecodable(reason, details, 'no message, typed data or authorization that could be signed');
}
