import type { SmartAccount } from '../../../core/smart-account.ts';
import type { RpcClient } from '../client.ts';
import type { ModelParams } from './account-model.ts';
import { modelOf } from './models.ts';

/** What a dry run says of an order whose number no longer fits the sender's place. */
export const OUT_OF_PLACE = 'order_out_of_place';

/**
 * Errors where what the payload says of its account is not so any more: an order of ours failed, or somebody else's came between.
 * Then these bytes can never do what they say. @throws CHAIN_UNAVAILABLE, CHAIN_RESPONSE_INVALID, TIMEOUT
 */
export async function placeErrors(
  client: RpcClient,
  smart: SmartAccount | undefined,
  said: ModelParams,
  signal?: AbortSignal,
): Promise<readonly string[]> {
  const names = Object.keys(said);
  if (smart === undefined || names.length === 0) return [];
  const now = (await modelOf(smart).params?.(client, smart, signal)) ?? {};
  return names.every((name) => now[name] === said[name]) ? [] : [OUT_OF_PLACE];
}
