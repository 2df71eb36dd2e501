import { assetAddress, nativeAssetId } from '../../core/asset.ts';
import type { Balance } from '../../core/chain-adapter.ts';
import { CastellanError, isCastellanError } from '../../core/errors.ts';
import type { AccountId, AssetId, ChainId } from '../../core/ids.ts';
import { addressOf, type EvmAddress } from './address.ts';
import { readBytes, readQuantity } from './answer.ts';
import { readHead } from './block.ts';
import type { RpcClient } from './client.ts';
import { selectorOf } from './decode/index.ts';

const BALANCE_OF = selectorOf('balanceOf(address)');
/** One word of 32 bytes, as hex with `0x`. */
const WORD_LENGTH = 66;
/** Questions asked side by side. */
const AT_ONCE = 16;
/** Tokens of one question; the configuration names at most as many. */
const MAX_ASSETS = 1_000;
/** What nodes call an execution that the contract itself ended. */
const REVERTED = 3;

/** A block by its hash: every answer is of this one state, whichever endpoint gives it and however the chain goes on. */
type AtBlock = { readonly blockHash: string; readonly requireCanonical: true };

function unreadable(asset: AssetId, cause?: CastellanError): CastellanError {
  const said = cause?.details['rpcMessage'];
  return new CastellanError('CHAIN_REJECTED', {
    message: 'The token’s contract tells no balance.',
    details: { reason: 'token_unreadable', asset, ...(said === undefined ? {} : { rpcMessage: said }) },
    ...(cause === undefined ? {} : { cause }),
  });
}

/** A contract that is gone, that reverts or that answers anything but one word has told nothing: that is not zero. */
async function readToken(
  client: RpcClient,
  asset: AssetId,
  token: EvmAddress,
  holder: EvmAddress,
  at: AtBlock,
  signal?: AbortSignal,
): Promise<Balance> {
  const call = { to: token, data: `${BALANCE_OF}${holder.slice(2).padStart(64, '0')}` };
  let answer: unknown;
  try {
    answer = await client.request('eth_call', [call, at], signal);
  } catch (error) {
    const reverted = isCastellanError(error) && error.code === 'CHAIN_REJECTED' && error.details['rpcCode'] === REVERTED;
    throw reverted ? unreadable(asset, error) : error;
  }
  const word = readBytes(answer, 'balanceOf');
  if (word.length !== WORD_LENGTH) throw unreadable(asset);
  return { asset, amount: BigInt(word) };
}

/**
 * What the account holds by the newest block, all of one state: the coin first, then each of `assets` that is not zero.
 *
 * Fails closed where one of the tokens cannot be read: nothing is told then, rather than less than there is.
 * @throws CHAIN_REJECTED, with `details.reason` `token_unreadable` for such a token; CHAIN_UNAVAILABLE, CHAIN_RESPONSE_INVALID, TIMEOUT;
 * REQUEST_INVALID for what is not on this chain, and for over 1,000 tokens
 */
export async function readBalances(
  client: RpcClient,
  chain: ChainId,
  account: AccountId,
  assets: readonly AssetId[],
  signal?: AbortSignal,
): Promise<readonly Balance[]> {
  const holder = addressOf(account, chain);
  const native = nativeAssetId(chain);
  const tokens = [...new Set(assets)]
    .filter((asset) => asset !== native)
    .map((asset) => ({ asset, token: addressOf(assetAddress(asset) as AccountId, chain) }));
  if (tokens.length > MAX_ASSETS)
    throw new CastellanError('REQUEST_INVALID', { message: 'Too many tokens are asked for.', details: { most: MAX_ASSETS } });
  const { hash } = await readHead(client, 'latest', signal);
  const at: AtBlock = { blockHash: hash, requireCanonical: true };
  const coin = readQuantity(await client.request('eth_getBalance', [holder, at], signal), 'balance');
  const found: Balance[] = [{ asset: native, amount: coin }];
  for (let start = 0; start < tokens.length; start += AT_ONCE) {
    const batch = tokens.slice(start, start + AT_ONCE);
    const held = await Promise.all(batch.map(({ asset, token }) => readToken(client, asset, token, holder, at, signal)));
    found.push(...held.filter(({ amount }) => amount > 0n));
  }
  return found;
}
