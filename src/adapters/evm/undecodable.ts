import type { ErrorDetails } from '../../core/errors.ts';
import { CastellanError } from '../../core/errors.ts';

/** The error for bytes that are nothing we would sign. `reason` is stable lower_snake; programs may switch on it. */
export function undecodable(reason: string, details: ErrorDetails = {}, lacks = 'no unsigned transaction of this chain'): CastellanError {
  return new CastellanError('PAYLOAD_UNDECODABLE', {
    message: `the bytes are ${lacks} (${reason.replaceAll('_', ' ')})`,
    details: { ...details, reason },
  });
}
