import {
  fromHex,
  type RegisteredKey,
  type Registry,
  type RegistrySignature,
  type Role,
  type SignatureVerifier,
  type SignedStatement,
} from '../core/index.ts';

/** Signatures that one statement may carry. */
const MAX_SIGNATURES = 64;
const SIGNATURE = /^[0-9a-fA-F]{2,4096}$/;

/** How many distinct keys of a role signed, or which signature is wrong. */
export type SignedBy = { readonly ok: true; readonly keys: readonly RegisteredKey[] } | { readonly ok: false; readonly keyId: string };

/**
 * Counts the distinct keys of `role` that signed a statement. Two signatures of one key count once.
 *
 * Fails closed when a signature is wrong, of an unknown key or of a key without the role: one wrong signature spoils all.
 */
export async function signedBy(
  registry: Registry,
  role: Role,
  statement: SignedStatement,
  signatures: readonly RegistrySignature[],
  verifiers: readonly SignatureVerifier[],
): Promise<SignedBy> {
  if (!Array.isArray(signatures) || signatures.length > MAX_SIGNATURES) return { ok: false, keyId: 'too many' };
  const found = new Map<string, RegisteredKey>();
  for (const item of signatures as readonly (RegistrySignature | null | undefined)[]) {
    const keyId = typeof item?.keyId === 'string' ? item.keyId : '';
    const key = registry.keys.find((candidate) => candidate.id === keyId && candidate.roles.includes(role));
    const verifier = verifiers.find((candidate) => candidate.scheme === key?.scheme);
    const signature = item?.signature;
    if (key === undefined || verifier === undefined || !isSignatureText(signature)) return { ok: false, keyId: keyId.slice(0, 64) };
    if ((await verifier.verifyStatement(key.key, statement, fromHex(signature))) !== true) return { ok: false, keyId: key.id };
    found.set(key.key, key);
  }
  return { ok: true, keys: [...found.values()] };
}

/** Tells whether a value is a signature in hex of a plausible length. */
export function isSignatureText(value: unknown): value is string {
  return typeof value === 'string' && value.length % 2 === 0 && SIGNATURE.test(value);
}
