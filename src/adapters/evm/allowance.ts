import { assetAddress } from '../../core/asset.ts';
import { CastellanError } from '../../core/errors.ts';
import type { AccountId, AssetId, ChainId } from '../../core/ids.ts';
import { addressOf } from './address.ts';
import { readBytes } from './answer.ts';
import type { RpcClient } from './client.ts';
import { selectorOf } from './decode/index.ts';

const ALLOWANCE = selectorOf('allowance(address,address)');
/** One word of 32 bytes, as hex with `0x`. */
const WORD_LENGTH = 66;

/**
 * How much of an ERC-20 token `spender` may still take from `owner` by the newest block, base units.
 *
 * Fails closed where the contract answers anything but one word: that is not zero.
 * @throws REQUEST_INVALID for the coin; CHAIN_RESPONSE_INVALID, CHAIN_REJECTED, CHAIN_UNAVAILABLE, TIMEOUT
 */
export async function readAllowance(
  client: RpcClient,
  chain: ChainId,
  { asset, owner, spender }: { readonly asset: AssetId; readonly owner: AccountId; readonly spender: AccountId },
  signal?: AbortSignal,
): Promise<bigint> {
  const token = assetAddress(asset);
  if (token === null) throw new CastellanError('REQUEST_INVALID', { message: 'The coin knows no allowances.', details: { asset } });
  const words = [owner, spender].map((account) => addressOf(account, chain).slice(2).padStart(64, '0'));
  const call = { to: addressOf(token, chain), data: `${ALLOWANCE}${words.join('')}` };
  const word = readBytes(await client.request('eth_call', [call, 'latest'], signal), 'allowance');
  if (word.length !== WORD_LENGTH)
    throw new CastellanError('CHAIN_RESPONSE_INVALID', { message: 'The token’s contract tells no allowance.', details: { asset } });
  return BigInt(word);
}
