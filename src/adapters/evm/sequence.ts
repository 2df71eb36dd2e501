import type { SequenceState } from '../../core/chain-adapter.ts';
import type { AccountId, ChainId } from '../../core/ids.ts';
import { addressOf } from './address.ts';
import { readNonce } from './block.ts';
import type { RpcClient } from './client.ts';

/** The wallet's next nonce by the newest block. Transactions that still wait are not counted: our slots know ours. */
export async function readSequence(client: RpcClient, chain: ChainId, wallet: AccountId, signal?: AbortSignal): Promise<SequenceState> {
  return { next: await readNonce(client, addressOf(wallet, chain), 'latest', signal), chainTimeMs: null };
}
