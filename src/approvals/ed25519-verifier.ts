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

/**
 * A person's answer, signed with an Ed25519 key that is registered under `key.id`.
 *
 * @param key - the approver's; its `id` is the registered one
 * @param request - as it was asked, with the rendered effects that the person read
 * @example
 * ```ts
 * import { randomBytes } from 'node:crypto';
 * import { createAttestationKey, createSecurityManager, signApproval } from 'castellan';
 * import { startTonDevChain } from 'castellan/testing';
 * import { ton } from 'castellan/ton';
 *
 * const chain = await startTonDevChain();
 * const anna = createAttestationKey('anna', randomBytes(32)); // in practice on Anna's device
 * const [owner, shop] = [createAttestationKey('olivia', randomBytes(32)), `0:${'71'.repeat(32)}`];
 * const registered = ({ id, publicKey }: typeof anna, role: 'owner' | 'approver') =>
 *   ({ id, scheme: 'ed25519', key: Buffer.from(publicKey).toString('hex'), roles: [role] }) as const;
 * const limits = { unit: 'TON', perTransaction: 1, daily: 5 };
 * const security = createSecurityManager({
 *   chains: [ton({ chain: 'ton:-3', endpoint: chain.url })],
 *   registry: { keys: [registered(owner, 'owner'), registered(anna, 'approver')] },
 *   agents: { a1: { template: 'balanced', limits, allowedDestinations: [shop], requireApprovalAbove: '0.5' } },
 * });
 * await chain.fund((await security.custody.createWallet('owner', 'a1')).address, 10_000_000_000n);
 * const order = { id: 'order-7', to: shop, amount: '0.8', asset: 'TON' };
 * console.log((await security.agent('a1').execute(order)).status); // approval_pending
 * for (const { request } of await security.approvals.list({ state: 'pending' })) {
 *   await security.approvals.answer(signApproval(anna, request, 'approve')); // after reading request.rendered
 * }
 * console.log((await security.agent('a1').execute(order)).status); // success
 * await security.shutdown();
 * await chain.close();
 * ```
 */
export function signApproval(key: AttestationKey, request: ApprovalRequest, verdict: ApprovalAnswer['verdict']): ApprovalAnswer {
  const signature = toHex(key.sign(approvalBytes(request, verdict)));
  return { approvalId: request.id, verdict, approver: key.id, scheme: 'ed25519', signature };
}

/**
 * A signature over a statement, by an Ed25519 key that is registered under `key.id`.
 *
 * @param key - of a role that the act needs; its `id` is the registered one
 * @param statement - of {@link authorizationStatement} or {@link recoveryStatement}
 * @example
 * ```ts
 * import { randomBytes } from 'node:crypto';
 * import { createAttestationKey, policyChangeFacts, authorizationStatement, signStatement } from 'castellan';
 *
 * const olivia = createAttestationKey('olivia', randomBytes(32));
 * const facts = policyChangeFacts('a1', { limits: { unit: 'ETH', daily: 5 } });
 * const once = { nonce: randomBytes(16).toString('hex'), expiresAtMs: Date.now() + 60_000 };
 * const { keyId, signature } = signStatement(olivia, authorizationStatement({ tenant: 'acme', action: 'policy.change', facts, ...once }));
 * console.log(keyId, signature.length); // olivia 128
 * ```
 */
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
