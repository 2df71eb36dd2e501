import { canonicalize } from '../../core/canonical.ts';
import { taggedDigest, toHex } from '../../core/digest.ts';
import type { Digest } from '../../core/ids.ts';
import type { ParsedAgentRequest } from '../request.ts';

/** Digest of a request's body: everything but its id and timestamp, and the exact bytes where the caller fixed them. */
export function bodyDigestOf(parsed: ParsedAgentRequest, exact?: Uint8Array): Digest {
  const { id: _id, timestamp: _timestamp, agentId: _agent, userId: _user, ...body } = parsed;
  const plain = (value: unknown): unknown => {
    if (value instanceof Uint8Array) return toHex(value);
    if (Array.isArray(value)) return value.map(plain);
    if (typeof value === 'object' && value !== null)
      return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]));
    return value;
  };
  return taggedDigest('castellan.body.v1', canonicalize(plain(exact === undefined ? body : { ...body, exact })));
}
