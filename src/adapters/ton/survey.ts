import { assetAddress, nativeAssetId } from '../../core/asset.ts';
import type { AccountId, AssetId } from '../../core/ids.ts';
import type { AccountFact, Action } from '../../core/transaction.ts';
import type { AccountState } from './account-state.ts';
import { readAccount } from './account-state.ts';
import { readHead } from './block.ts';
import type { TonClient } from './client.ts';
import { holdingOf, jettonWalletOf, noSuchToken } from './jetton-wallet.ts';
import { readPayload } from './payload.ts';
import { KNOWN_WALLET_CODE_HASHES } from './wallet-contract.ts';

/** Accounts that are read side by side. */
const AT_ONCE = 8;

/** What kind of account it is, for somebody who is about to send it money. */
export function factState({ state, code }: Pick<AccountState, 'state' | 'code'>): AccountFact['state'] {
  if (state === 'uninit') return 'empty';
  if (state === 'frozen' || code === null) return 'frozen';
  return KNOWN_WALLET_CODE_HASHES.has(code.hash().toString('hex')) ? 'wallet' : 'contract';
}

/** Accounts that the bytes would name as destinations, without the wallet's own token account. */
function destinations(action: Action, client: TonClient): readonly AccountId[] {
  switch (action.kind) {
    case 'transfer':
      return [action.to];
    case 'calls':
      return action.calls.map(({ to }) => to);
    case 'transaction':
      return readPayload(action.bytes, client.chain).message.sends.map(({ message }) => message.to);
    default:
      return [];
  }
}

/** The token's account of the wallet, which a transfer of the token goes to. */
async function ownTokenAccount(
  client: TonClient,
  asset: AssetId,
  wallet: AccountId,
  seqno: number,
  signal?: AbortSignal,
): Promise<AccountFact> {
  const minter = assetAddress(asset);
  const account = minter === null ? null : await jettonWalletOf(client, minter, wallet, seqno, signal);
  if (account === null) throw noSuchToken(asset);
  return { account, state: factState(await readAccount(client, account, seqno, signal)), holds: asset };
}

/**
 * Reads what decoding has to know of every account that the action would send something to, all at one block of the
 * masterchain. What an account holds for the wallet is believed only through the token's own minter.
 *
 * @throws CHAIN_REJECTED with `details.reason` `token_unreadable` for a token that is none; CHAIN_UNAVAILABLE,
 * CHAIN_RESPONSE_INVALID, TIMEOUT; PAYLOAD_UNDECODABLE for foreign bytes that are no order of a wallet
 */
export async function survey(client: TonClient, action: Action, wallet: AccountId, signal?: AbortSignal): Promise<readonly AccountFact[]> {
  const named = [...new Set(destinations(action, client))];
  const { seqno } = await readHead(client, signal);
  const facts = new Map<AccountId, AccountFact>();
  const readFact = async (account: AccountId): Promise<AccountFact> => {
    const state = factState(await readAccount(client, account, seqno, signal));
    return { account, state, holds: state === 'contract' ? await holdingOf(client, account, wallet, seqno, signal) : null };
  };
  for (let start = 0; start < named.length; start += AT_ONCE) {
    for (const fact of await Promise.all(named.slice(start, start + AT_ONCE).map(readFact))) facts.set(fact.account, fact);
  }
  if (action.kind === 'transfer' && action.asset !== nativeAssetId(client.chain)) {
    const own = await ownTokenAccount(client, action.asset, wallet, seqno, signal);
    facts.set(own.account, own);
  }
  return [...facts.values()];
}
