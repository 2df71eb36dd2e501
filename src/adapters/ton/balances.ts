import { beginCell } from '@ton/core';
import { assetAddress, nativeAssetId } from '../../core/asset.ts';
import type { Balance } from '../../core/chain-adapter.ts';
import { CastellanError } from '../../core/errors.ts';
import type { AccountId, AssetId } from '../../core/ids.ts';
import { readAccount } from './account-state.ts';
import { addressOf } from './address.ts';
import { readHead } from './block.ts';
import type { TonClient } from './client.ts';
import { runGetMethod, type StackItem, succeeded } from './get-method.ts';
import { jettonWalletOf, noSuchToken } from './jetton-wallet.ts';

/** Tokens that are looked at side by side; each takes three questions. */
const AT_ONCE = 8;
/** Tokens of one question; the configuration names at most as many. */
const MAX_ASSETS = 1_000;

function isAccount(item: StackItem | undefined, account: AccountId, client: TonClient): boolean {
  if (item?.type !== 'slice' && item?.type !== 'cell') return false;
  return item.cell.equals(beginCell().storeAddress(addressOf(account, client.chain)).endCell());
}

/**
 * Tokens by the word of the account that the minter names. Zero only where that account was never made; one that is frozen,
 * fails, or says that it is somebody else's has told nothing.
 */
async function readToken(
  client: TonClient,
  asset: AssetId,
  owner: AccountId,
  seqno: number,
  signal: AbortSignal | undefined,
): Promise<Balance> {
  const minter = assetAddress(asset) as AccountId;
  const account = await jettonWalletOf(client, minter, owner, seqno, signal);
  if (account === null) throw noSuchToken(asset);
  const { state } = await readAccount(client, account, seqno, signal);
  if (state === 'uninit') return { asset, amount: 0n };
  const told = state === 'frozen' ? null : await runGetMethod(client, account, 'get_wallet_data', [], seqno, signal);
  const [amount, own, from] = told !== null && succeeded(told) ? told.stack : [];
  if (amount?.type !== 'int' || amount.value < 0n || !isAccount(own, owner, client) || !isAccount(from, minter, client))
    throw new CastellanError('CHAIN_REJECTED', {
      message: 'The token’s account of this owner tells no balance.',
      details: { reason: 'token_unreadable', asset, account },
    });
  return { asset, amount: amount.value };
}

/**
 * What the account holds by the newest block of the masterchain: the coin first, then each of `assets` that is not zero.
 *
 * Fails closed where one of the tokens cannot be read: nothing is told then, rather than less than there is.
 * @throws CHAIN_REJECTED, with `details.reason` `token_unreadable` for such a token; CHAIN_UNAVAILABLE, CHAIN_RESPONSE_INVALID, TIMEOUT;
 * REQUEST_INVALID for what is not on this chain, and for over 1,000 tokens
 */
export async function readBalances(
  client: TonClient,
  account: AccountId,
  assets: readonly AssetId[],
  signal?: AbortSignal,
): Promise<readonly Balance[]> {
  const native = nativeAssetId(client.chain);
  const tokens = [...new Set(assets)].filter((asset) => asset !== native);
  // Whatever is on another chain is found out before anything is asked.
  for (const asked of [account, ...tokens.map((asset) => assetAddress(asset) as AccountId)]) addressOf(asked, client.chain);
  if (tokens.length > MAX_ASSETS)
    throw new CastellanError('REQUEST_INVALID', { message: 'Too many tokens are asked for.', details: { most: MAX_ASSETS } });
  const { seqno } = await readHead(client, signal);
  const { balance } = await readAccount(client, account, seqno, signal);
  const found: Balance[] = [{ asset: native, amount: balance }];
  for (let start = 0; start < tokens.length; start += AT_ONCE) {
    const batch = tokens.slice(start, start + AT_ONCE);
    const held = await Promise.all(batch.map((asset) => readToken(client, asset, account, seqno, signal)));
    found.push(...held.filter(({ amount }) => amount > 0n));
  }
  return found;
}
