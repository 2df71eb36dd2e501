import { type CastellanError, isCastellanError, type Json } from '../../../core/index.ts';

/** Codes of EIP-1193, EIP-1474 and JSON-RPC 2.0 that a guarded provider answers with. */
export const RPC = Object.freeze({
  userRejected: 4001,
  unauthorized: 4100,
  unsupportedMethod: 4200,
  chainDisconnected: 4901,
  unrecognizedChain: 4902,
  parseError: -32700,
  invalidRequest: -32600,
  methodNotFound: -32601,
  invalidParams: -32602,
  internalError: -32603,
  limitExceeded: -32005,
});

/**
 * An error as EIP-1193 providers throw it: a number for programs, and facts beside it.
 *
 * @example
 * ```ts
 * import { ProviderRpcError } from 'castellan/wallets';
 *
 * const refused: unknown = new ProviderRpcError(4001, 'The gate refuses this.', { reason: 'per_transaction_limit' });
 * if (refused instanceof ProviderRpcError) console.log(refused.code, refused.message); // 4001 The gate refuses this.
 * ```
 */
export class ProviderRpcError extends Error {
  override readonly name = 'ProviderRpcError';
  readonly code: number;
  readonly data: Json;

  constructor(code: number, message: string, data: Json = null) {
    super(message);
    this.code = code;
    this.data = data;
  }
}

const BY_CODE: Readonly<Record<string, number>> = {
  REQUEST_DENIED: RPC.userRejected,
  HALTED: RPC.userRejected,
  PERMIT_REFUSED: RPC.userRejected,
  SIGNING_CLOSED: RPC.userRejected,
  REQUEST_INVALID: RPC.invalidParams,
  PAYLOAD_UNDECODABLE: RPC.invalidParams,
  ADDRESS_INVALID: RPC.invalidParams,
};

/** Facts of an error that an agent may see: its own decision, never what other parts said to each other. */
const SHOWN = ['verdict', 'reason', 'rule', 'decisionId', 'requestId', 'approvalId', 'next'] as const;

/** Any error in the provider's own form. A refusal by the gate is 4001, as if a person at a wallet had said no. */
export function toRpcError(error: unknown): ProviderRpcError {
  if (error instanceof ProviderRpcError) return error;
  if (!isCastellanError(error)) return new ProviderRpcError(RPC.internalError, 'The call failed.');
  const code = BY_CODE[error.code] ?? RPC.internalError;
  // Over HTTP some libraries tell a refusal from a failure by these two words alone.
  const message = code === RPC.userRejected ? `User denied, by the gate: ${error.shortMessage}` : error.shortMessage;
  return new ProviderRpcError(code, message, factsOf(error));
}

function factsOf({ code, details, retryable }: CastellanError): Json {
  const facts: Record<string, Json> = { code, retryable };
  for (const name of SHOWN) {
    const value = details[name];
    if (typeof value === 'string' || typeof value === 'number') facts[name] = value;
  }
  return facts;
}
