import {
  type ApprovalAnswer,
  type ApprovalRequest,
  type AttestationKey,
  approvalDigest,
  type Digest,
  fromHex,
  type RegistrySignature,
  type SignatureVerifier,
  type SignedStatement,
  statementDigest,
  toHex,
  verifyEd25519,
} from '../core/index.ts';

const APPROVAL_DOMAIN = 'castellan.approval.v1';
const KEY = /^[0-9a-f]{64}$/;

/**
 * Verifies Ed25519 signatures of registered keys. What is signed is the text `<domain> LF <digest in hex> LF`: it starts
 * with a letter and is longer than a hash, so it can never be a transaction.
 */
export function createEd25519Verifier(): SignatureVerifier {
  const check = (key: string, message: Uint8Array, signature: Uint8Array): boolean =>
    KEY.test(key) && verifyEd25519(fromHex(key), message, signature);
  return Object.freeze({
    scheme: 'ed25519' as const,
    verify(key: string, digest: Uint8Array, signature: Uint8Array, request: ApprovalRequest, verdict: ApprovalAnswer['verdict']): boolean {
      const expected = approvalDigest(request, verdict);
      return toHex(digest) === expected && check(key, signedText(APPROVAL_DOMAIN, expected), signature);
    },
    verifyStatement: (key: string, statement: SignedStatement, signature: Uint8Array) =>
      check(key, signedText(statement.domain, statementDigest(statement)), signature),
  });
}

/** A person's answer, signed with an Ed25519 key that is registered under `key.id`. */
export function signApproval(key: AttestationKey, request: ApprovalRequest, verdict: ApprovalAnswer['verdict']): ApprovalAnswer {
  const signature = toHex(key.sign(approvalBytes(request, verdict)));
  return { approvalId: request.id, verdict, approver: key.id, scheme: 'ed25519', signature };
}

/** A signature over a statement, by an Ed25519 key that is registered under `key.id`. */
export function signStatement(key: AttestationKey, statement: SignedStatement): RegistrySignature {
  return { keyId: key.id, signature: toHex(key.sign(signedText(statement.domain, statementDigest(statement)))) };
}

/** What an Ed25519 key signs for an answer: the domain and the digest of request and verdict, as text. */
export function approvalBytes(request: ApprovalRequest, verdict: ApprovalAnswer['verdict']): Uint8Array {
  return signedText(APPROVAL_DOMAIN, approvalDigest(request, verdict));
}

function signedText(domain: string, digest: Digest): Uint8Array {
  return new Uint8Array(Buffer.from(`${domain}\n${digest}\n`));
}
