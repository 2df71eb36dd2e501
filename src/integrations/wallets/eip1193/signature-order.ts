import { hexToBytes, isHex } from 'viem';
import type { SignatureOrder } from '../../../core/index.ts';
import { ProviderRpcError, RPC } from './rpc-error.ts';

/** The most that a message may hold, bytes. */
const MAX_MESSAGE = 131_072;
const ADDRESS = /^0x[0-9a-fA-F]{40}$/;

const invalid = (message: string): ProviderRpcError => new ProviderRpcError(RPC.invalidParams, message);

/** What is to be signed, and by whom. */
export interface AskedSignature {
  readonly address: string;
  readonly order: SignatureOrder;
}

/**
 * Reads the parameters of `personal_sign` (message, address) and `eth_signTypedData[_v4]` (address, typed data).
 *
 * Some callers give the two parameters of `personal_sign` the other way round; where both could be an address, the order of
 * the specification holds.
 * @throws ProviderRpcError -32602
 */
export function readSignatureParams(method: string, params: readonly unknown[]): AskedSignature {
  if (params.length < 2) throw invalid(`${method} takes two parameters.`);
  if (method === 'personal_sign') {
    const [first, second] = params;
    const swapped = typeof second === 'string' && !ADDRESS.test(second) && typeof first === 'string' && ADDRESS.test(first);
    const [message, address] = swapped ? [second, first] : [first, second];
    return { address: addressIn(address), order: { kind: 'message', bytes: messageBytes(message) } };
  }
  const [address, typedData] = params;
  return { address: addressIn(address), order: { kind: 'typed_data', json: typedDataJson(typedData) } };
}

function addressIn(value: unknown): string {
  if (typeof value !== 'string' || !ADDRESS.test(value)) throw invalid('An address is 0x and 40 hex digits.');
  return value;
}

/** Hex is bytes; any other text is itself, in UTF-8. */
function messageBytes(value: unknown): Uint8Array {
  if (typeof value !== 'string' || !value.isWellFormed()) throw invalid('A message is text, or bytes in hex.');
  if (value.length > 2 * MAX_MESSAGE + 2) throw invalid('The message is too long.');
  if (value.startsWith('0x') && isHex(value) && value.length % 2 === 0) return hexToBytes(value);
  return new TextEncoder().encode(value);
}

function typedDataJson(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null) throw invalid('Typed data is JSON with types, primaryType, domain and message.');
  return writeTypedData(value);
}

/** Typed data as JSON text; whole numbers that JavaScript holds as bigint become decimal strings. */
export function writeTypedData(value: object): string {
  return JSON.stringify(value, (_, inner: unknown) => (typeof inner === 'bigint' ? inner.toString() : inner));
}
