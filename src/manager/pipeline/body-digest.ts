import { canonicalize } from '../../core/canonical.ts';
import { taggedDigest, toHex } from '../../core/digest.ts';
import type { Digest } from '../../core/ids.ts';
import type { SignatureOrder } from '../../core/signature-order.ts';
import type { ParsedAgentRequest } from '../request.ts';

/** What a caller fixed beside the request: exact bytes of a transaction, or an order for a signature that is none of one. */
export interface FixedBody {
  readonly exact?: Uint8Array;
  readonly order?: SignatureOrder;
}

/** Digest of a request's body: everything but its id and timestamp, and what the caller fixed beside it. */
export function bodyDigestOf(parsed: ParsedAgentRequest, { exact, order }: FixedBody = {}): Digest {
  const { id: _id, timestamp: _timestamp, agentId: _agent, userId: _user, ...body } = parsed;
  const plain = (value: unknown): unknown => {
    if (value instanceof Uint8Array) return toHex(value);
    if (Array.isArray(value)) return value.map(plain);
    if (typeof value === 'object' && value !== null)
      return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]));
    return value;
  };
  return taggedDigest(
    'castellan.body.v1',
    canonicalize(plain({ ...body, ...(exact === undefined ? {} : { exact }), ...(order === undefined ? {} : { order }) })),
  );
}
