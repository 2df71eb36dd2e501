import { canonicalize, constantTimeEqual, type PermitTerms, type RequestRow } from '../core/index.ts';

/** What one signing call was for. */
type Signing = Pick<RequestRow, 'agent' | 'requestId'> & Pick<PermitTerms, 'secret' | 'payloadDigest' | 'keyId'>;

/**
 * The name under which one call of `sign` redeems: `<process>/<random>/<mac>`. The MAC is under the vault's key and
 * names the request, the bytes and the key; the store keeps it with the redemption. So recovery can tell a redemption
 * that custody made from a row that somebody wrote into the store.
 */
export function redeemerName(mac: (data: string) => string, processId: string, nonce: string, signing: Signing): string {
  return `${processId}/${nonce}/${tagOf(mac, processId, nonce, signing)}`;
}

/** Tells whether custody itself redeemed this row's permit, for the bytes and the key that the row names. */
export function isOwnRedemption(mac: (data: string) => string, row: RequestRow): boolean {
  const parts = row.permit?.redeemedBy?.split('/') ?? [];
  const [processId, nonce, tag] = parts;
  if (row.permit === null || parts.length !== 3 || !processId || !nonce || !tag) return false;
  const { secret, payloadDigest, keyId } = row.permit;
  const signing = { agent: row.agent, requestId: row.requestId, secret, payloadDigest, keyId };
  return constantTimeEqual(tag, tagOf(mac, processId, nonce, signing));
}

function tagOf(mac: (data: string) => string, processId: string, nonce: string, signing: Signing): string {
  return mac(canonicalize(['castellan.redeemer.v1', processId, nonce, signing]));
}
