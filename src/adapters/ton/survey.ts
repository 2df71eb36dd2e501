import { Cell } from '@ton/core';
import { assetAddress, nativeAssetId } from '../../core/asset.ts';
import { isCastellanError } from '../../core/errors.ts';
import type { AccountId, AssetId } from '../../core/ids.ts';
import type { AccountFact, Action, Call } from '../../core/transaction.ts';
import type { AccountState } from './account-state.ts';
import { readAccount } from './account-state.ts';
import { readHead } from './block.ts';
import { readBoc } from './boc.ts';
import type { TonClient } from './client.ts';
import type { Reached } from './decode/index.ts';
import { accountsReached } from './decode/index.ts';
import { holdingOf, jettonWalletOf, noSuchToken } from './jetton-wallet.ts';
import { readPayload } from './payload.ts';
import { pluginSend } from './plugin-order.ts';
import type { Protocols } from './protocols/index.ts';
import { NO_PROTOCOLS } from './protocols/index.ts';
import { KNOWN_WALLET_CODE_HASHES } from './wallet-contract.ts';

/** Accounts that are read side by side. */
const AT_ONCE = 8;

/** What kind of account it is, for somebody who is about to send it money. */
export function factState({ state, code }: Pick<AccountState, 'state' | 'code'>): AccountFact['state'] {
  if (state === 'uninit') return 'empty';
  if (state === 'frozen' || code === null) return 'frozen';
  return KNOWN_WALLET_CODE_HASHES.has(code.hash().toString('hex')) ? 'wallet' : 'contract';
}

/** A call as the message that it comes to; bytes that are no body reach nobody else. */
function messageOf({ to, data }: Call): { readonly to: AccountId; readonly body: Cell } {
  try {
    return { to, body: data.length === 0 ? Cell.EMPTY : readBoc(data) };
  } catch (error) {
    if (!isCastellanError(error)) throw error;
    return { to, body: Cell.EMPTY };
  }
}

/** Accounts that the bytes would name, without the wallet's own token account. */
function namedBy(action: Action, client: TonClient, protocols: Protocols): Reached {
  const { chain } = client;
  switch (action.kind) {
    case 'transfer':
      return { accounts: [action.to], asked: [] };
    case 'calls':
      return accountsReached(action.calls.map(messageOf), chain, protocols);
    case 'transaction': {
      const { sends, plugin } = readPayload(action.bytes, chain).message;
      const all = plugin === undefined ? sends : [pluginSend(plugin)];
      const messages = all.map(({ message }) => message);
      return accountsReached(messages, chain, protocols);
    }
    default:
      return { accounts: [], asked: [] };
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
 * masterchain. What an account holds, for the wallet or for a router of a known protocol, is believed only through the token's
 * own minter.
 *
 * @throws CHAIN_REJECTED with `details.reason` `token_unreadable` for a token that is none; CHAIN_UNAVAILABLE,
 * CHAIN_RESPONSE_INVALID, TIMEOUT; PAYLOAD_UNDECODABLE for foreign bytes that are no order of a wallet
 */
export async function survey(
  client: TonClient,
  action: Action,
  wallet: AccountId,
  signal?: AbortSignal,
  protocols: Protocols = NO_PROTOCOLS,
): Promise<readonly AccountFact[]> {
  const { accounts, asked } = namedBy(action, client, protocols);
  const owners = new Map(asked.map(({ account, owner }) => [account, owner]));
  const named = [...new Set([...accounts, ...owners.keys()])];
  const { seqno } = await readHead(client, signal);
  const facts = new Map<AccountId, AccountFact>();
  const readFact = async (account: AccountId): Promise<AccountFact> => {
    const state = factState(await readAccount(client, account, seqno, signal));
    if (state !== 'contract') return { account, state, holds: null };
    const holds = await holdingOf(client, account, wallet, seqno, signal);
    const owner = owners.get(account);
    const asset = owner === undefined ? null : await holdingOf(client, account, owner, seqno, signal);
    return { account, state, holds, ...(owner === undefined || asset === null ? {} : { keeps: { owner, asset } }) };
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
