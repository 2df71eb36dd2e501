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
 * @example
 * const signature = await account.signTypedData(approvalTypedData(request, 'approve'));
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

/** What a wallet shows and signs for an act of authority or a version of the registry (EIP-712). */
export function statementTypedData(statement: SignedStatement) {
  return {
    domain: DOMAIN,
    types: STATEMENT_TYPES,
    primaryType: 'Statement' as const,
    message: { domain: statement.domain, text: statement.text, digest: `0x${statementDigest(statement)}` as Hex },
  };
}

/** Verifies EIP-712 signatures of registered EVM addresses: 65 bytes, low s, by the key of the address itself. */
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
