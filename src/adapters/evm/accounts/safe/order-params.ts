import { CastellanError } from '../../../../core/errors.ts';
import type { ModelParams } from '../account-model.ts';

/** Name of the parameter; see {@link writeBase}. */
const BASE = 'orderBase';
const INTEGER = /^(?:0|-?[1-9][0-9]{0,15})$/;

/**
 * How far a Safe's count of orders is ahead of its sender's nonce, as decimal text. As long as every transaction of the sender is
 * an order that succeeds, the difference stays, whichever of them are in blocks already; where it has changed, an order that was
 * written by the old one can never run in its place.
 */
export function writeBase(orderNonce: bigint, senderNonce: bigint): ModelParams {
  return { [BASE]: String(orderNonce - senderNonce) };
}

/** The number of the order in the sender's place `senderNonce`. @throws REQUEST_INVALID where the difference is missing or no such number can be */
export function orderNonceAt(params: ModelParams, senderNonce: bigint): bigint {
  const base = params[BASE];
  const nonce = base !== undefined && INTEGER.test(base) ? BigInt(base) + senderNonce : -1n;
  if (nonce < 0n || nonce > BigInt(Number.MAX_SAFE_INTEGER))
    throw new CastellanError('REQUEST_INVALID', { message: 'The fee quote does not say which number an order of this Safe has.' });
  return nonce;
}
