import { type Hex, hashTypedData, isAddress, recoverAddress } from 'viem';
import {
  type ApprovalAnswer,
  type ApprovalRequest,
  approvalDigest,
  type SignatureVerifier,
  type SignedStatement,
  statementDigest,
  toHex,
} from '../../core/index.ts';

/** The domain of everything that a person signs for castellan with an EVM key. It names no chain: no chain is meant. */
const DOMAIN = { name: 'castellan', version: '1' } as const;

const APPROVAL_TYPES = {
  Approval: [
    { name: 'verdict', type: 'string' },
    { name: 'effects', type: 'string' },
    { name: 'agent', type: 'string' },
    { name: 'wallet', type: 'string' },
    { name: 'requestId', type: 'string' },
    { name: 'approvalId', type: 'string' },
    { name: 'tenant', type: 'string' },
    { name: 'satisfies', type: 'string[]' },
    { name: 'expiresAtMs', type: 'uint256' },
    { name: 'digest', type: 'bytes32' },
  ],
} as const;

const STATEMENT_TYPES = {
  Statement: [
    { name: 'domain', type: 'string' },
    { name: 'text', type: 'string' },
    { name: 'digest', type: 'bytes32' },
  ],
} as const;

/** Half of the order of secp256k1: a larger s is the second spelling of a signature. */
const HALF_ORDER = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0n;

/**
 * What a wallet shows and signs for an approval (EIP-712). Readable fields first; `digest` binds every field of the request.
 *
 * @param request - as it was asked
 * @param verdict - what the person answers
 * @example
 * ```ts
 * import type { AccountId, ApprovalRequest, Digest } from 'castellan';
 * import { approvalTypedData } from 'castellan/evm';
 * import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts';
 *
 * const anna = privateKeyToAccount(generatePrivateKey()); // or any wallet that signs EIP-712
 * const digest = '11'.repeat(32) as Digest;
 * const request: ApprovalRequest = {
 *   // In practice one of `await security.approvals.list({ state: 'pending' })`.
 *   ...{ v: 1, id: 'a-1', tenant: 'acme', requestId: 'order-7', decisionId: 'd-1', agent: 'a1' },
 *   ...{ wallet: 'eip155:1:0x70997970c51812dc3a010c7d01b50e0d17dc79c8' as AccountId, rendered: 'pays 0.8 ETH to a shop' },
 *   ...{ actionDigest: digest, effectsDigest: digest, policy: digest, registry: digest, nonce: '22'.repeat(16) },
 *   ...{ satisfies: ['approval_required'], createdAtMs: 1_700_000_000_000, expiresAtMs: 1_700_003_600_000 },
 * };
 * const { message } = approvalTypedData(request, 'approve');
 * console.log(message.verdict, message.effects); // approve pays 0.8 ETH to a shop
 * console.log((await anna.signTypedData(approvalTypedData(request, 'approve'))).length); // 132
 * ```
 */
export function approvalTypedData(request: ApprovalRequest, verdict: ApprovalAnswer['verdict']) {
  return {
    domain: DOMAIN,
    types: APPROVAL_TYPES,
    primaryType: 'Approval' as const,
    message: {
      verdict,
      effects: request.rendered,
      agent: request.agent,
      wallet: request.wallet as string,
      requestId: request.requestId,
      approvalId: request.id,
      tenant: request.tenant,
      satisfies: request.satisfies as readonly string[],
      expiresAtMs: BigInt(request.expiresAtMs),
      digest: `0x${approvalDigest(request, verdict)}` as Hex,
    },
  };
}

/**
 * What a wallet shows and signs for an act of authority or a version of the registry (EIP-712).
 *
 * @param statement - of `authorizationStatement` or `recoveryStatement`
 * @example
 * ```ts
 * import { statementTypedData } from 'castellan/evm';
 * import { authorizationStatement } from 'castellan';
 * import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts';
 *
 * const once = { nonce: '00112233445566778899aabbccddeeff', expiresAtMs: Date.now() + 60_000 };
 * const statement = authorizationStatement({ tenant: 'acme', action: 'kill.lift', facts: { kill: null }, ...once });
 * const signature = await privateKeyToAccount(generatePrivateKey()).signTypedData(statementTypedData(statement));
 * console.log(signature.length); // 132
 * ```
 */
export function statementTypedData(statement: SignedStatement) {
  return {
    domain: DOMAIN,
    types: STATEMENT_TYPES,
    primaryType: 'Statement' as const,
    message: { domain: statement.domain, text: statement.text, digest: `0x${statementDigest(statement)}` as Hex },
  };
}

/**
 * Verifies EIP-712 signatures of registered EVM addresses: 65 bytes, low s, by the key of the address itself.
 *
 * @example
 * ```ts
 * import { createEip712Verifier } from 'castellan/evm';
 *
 * console.log(createEip712Verifier().scheme); // eip712
 * ```
 */
export function createEip712Verifier(): SignatureVerifier {
  return Object.freeze({
    scheme: 'eip712' as const,
    async verify(
      key: string,
      digest: Uint8Array,
      signature: Uint8Array,
      request: ApprovalRequest,
      verdict: ApprovalAnswer['verdict'],
    ): Promise<boolean> {
      if (toHex(digest) !== approvalDigest(request, verdict)) return false;
      return isSignedBy(key, signature, () => hashTypedData(approvalTypedData(request, verdict)));
    },
    verifyStatement: (key: string, statement: SignedStatement, signature: Uint8Array) =>
      isSignedBy(key, signature, () => hashTypedData(statementTypedData(statement))),
  });
}

async function isSignedBy(key: string, signature: Uint8Array, hash: () => Hex): Promise<boolean> {
  try {
    if (!isAddress(key, { strict: false }) || signature.length !== 65) return false;
    const [v] = signature.subarray(64);
    if (v !== 27 && v !== 28 && v !== 0 && v !== 1) return false;
    if (BigInt(`0x${toHex(signature.subarray(32, 64))}`) > HALF_ORDER) return false;
    const signer = await recoverAddress({ hash: hash(), signature: `0x${toHex(signature)}` });
    return signer.toLowerCase() === key.toLowerCase();
  } catch {
    return false;
  }
}
