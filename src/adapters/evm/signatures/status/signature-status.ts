import { CastellanError } from '../../../../core/errors.ts';
import type { AccountId } from '../../../../core/ids.ts';
import type { SignatureMark, SignatureStatus } from '../../../../core/signature-order.ts';
import type { RpcClient } from '../../client.ts';
import type { EvmChainConfig } from '../../config.ts';
import { PLACES } from './places.ts';
import { finalState } from './read-view.ts';

/**
 * What became of a signature that was handed out, by the newest state that is final. That its time has passed is not told here.
 *
 * Fails closed where the chain does not tell: an error, and the signature is what it was.
 * @throws CHAIN_REJECTED with `details.reason` `mark_unreadable`; REQUEST_INVALID for a mark of no place that this adapter names;
 * CHAIN_UNAVAILABLE, CHAIN_RESPONSE_INVALID, TIMEOUT
 */
export async function readSignatureStatus(
  client: RpcClient,
  config: EvmChainConfig,
  mark: SignatureMark,
  wallet: AccountId,
  signal?: AbortSignal,
): Promise<SignatureStatus> {
  const reader = PLACES.get(mark.place);
  if (reader === undefined) {
    throw new CastellanError('REQUEST_INVALID', { message: 'The mark names no place of this chain.', details: { place: mark.place } });
  }
  return reader(await finalState(client, config, signal), mark, wallet);
}
