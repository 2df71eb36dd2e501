import type { AccountActivity } from '../../core/chain-adapter.ts';
import { keccak256, toHex } from '../../core/digest.ts';
import { isCastellanError } from '../../core/errors.ts';
import type { AccountId, ChainId } from '../../core/ids.ts';
import type { ScannedBlock } from './activity-blocks.ts';
import type { ActivityCursor } from './activity-cursor.ts';
import { accountOf, type EvmAddress } from './address.ts';
import { readBytes, readQuantity } from './answer.ts';
import type { RpcClient } from './client.ts';

/** Questions asked side by side. */
const AT_ONCE = 8;

/** Who is asked, and about whom. */
export interface Asking {
  readonly client: RpcClient;
  readonly chain: ChainId;
  readonly accounts: readonly EvmAddress[];
  readonly signal?: AbortSignal | undefined;
}

/** What an account holds and runs at one block. */
export interface Standing {
  readonly account: AccountId;
  readonly code: string;
  readonly delegate: AccountId | null;
  readonly amount: bigint;
}

/** How accounts stand at one block. */
export async function standing({ client, chain, accounts, signal }: Asking, blockHash: string): Promise<readonly Standing[]> {
  const at = { blockHash, requireCanonical: true };
  const one = async (address: EvmAddress) => {
    const [code, balance] = await Promise.all([
      client.request('eth_getCode', [address, at], signal),
      client.request('eth_getBalance', [address, at], signal),
    ]);
    const bytes = readBytes(code, 'code');
    const delegate = /^0xef0100([0-9a-f]{40})$/.exec(bytes);
    return {
      account: accountOf(chain, address),
      code: bytes === '0x' ? '' : toHex(keccak256(new Uint8Array(Buffer.from(bytes.slice(2), 'hex')))),
      delegate: delegate === null ? null : accountOf(chain, `0x${delegate[1]}`),
      amount: readQuantity(balance, 'balance'),
    };
  };
  const found: Awaited<ReturnType<typeof one>>[] = [];
  for (let start = 0; start < accounts.length; start += AT_ONCE)
    found.push(...(await Promise.all(accounts.slice(start, start + AT_ONCE).map(one))));
  return found;
}

/**
 * How accounts stand at the last block of a page; null where that is an old one, which most nodes know no state of any more. The page that
 * reaches the head tells what has changed by then.
 */
export async function standingAt(asking: Asking, { hash, height }: ScannedBlock, headNumber: number): Promise<readonly Standing[] | null> {
  try {
    return await standing(asking, hash);
  } catch (error) {
    const isGone = isCastellanError(error) && (error.code === 'CHAIN_REJECTED' || error.details['reason'] === 'node_behind');
    if (!isGone || height === headNumber) throw error;
    return null;
  }
}

/** Code that is not what it was; an account that was never looked at before has changed nothing. */
export function codeEvents(
  found: readonly Standing[],
  before: ActivityCursor['code'],
  { height, hash, atMs }: Pick<ScannedBlock, 'height' | 'hash' | 'atMs'>,
): readonly AccountActivity[] {
  return found
    .filter(({ account, code }) => Object.hasOwn(before, account) && before[account] !== code)
    .map(({ account, delegate }) => ({
      kind: 'code',
      account,
      txHash: '',
      slot: null,
      counterparty: delegate,
      asset: null,
      amount: null,
      block: String(height),
      blockHash: hash,
      atMs,
    }));
}
