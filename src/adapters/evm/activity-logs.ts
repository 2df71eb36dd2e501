import { collectibleAsset, tokenAsset } from '../../core/asset.ts';
import type { AccountActivity } from '../../core/chain-adapter.ts';
import type { AccountId, AssetId, ChainId } from '../../core/ids.ts';
import { accountOf, type EvmAddress } from './address.ts';
import { malformed, readCount, readHash, readList, readObject, toQuantity } from './answer.ts';
import type { RpcClient } from './client.ts';
import { allowanceAmount } from './decode/index.ts';
import { FOLLOWED_TOPICS, type Log, readClaim, readLogs } from './events.ts';

/** Accounts in one filter. */
const MAX_IN_FILTER = 256;
/** Logs of one answer: strangers may write as many as they pay for. */
const MAX_LOGS = 20_000;
/** Permit2 counts in 160 bits; half of all numbers is never used up. */
const PERMIT2_UNLIMITED_FROM = 2n ** 159n;

/** A log and where it stands. */
interface PlacedLog {
  readonly log: Log;
  readonly txHash: string;
  readonly height: number;
  readonly blockHash: string;
  readonly index: number;
}

function readPlaced(entry: unknown): PlacedLog {
  const fields = readObject(entry, 'log');
  const [log] = readLogs([entry]);
  return {
    log: log as Log,
    txHash: readHash(fields['transactionHash'], 'log.transactionHash'),
    height: readCount(fields['blockNumber'], 'log.blockNumber'),
    blockHash: readHash(fields['blockHash'], 'log.blockHash'),
    index: readCount(fields['logIndex'], 'log.logIndex'),
  };
}

/** Heights, and the contracts whose logs are wanted where not everybody's are. */
export interface LogRange {
  readonly from: number;
  readonly to: number;
  readonly by?: readonly EvmAddress[];
}

function logsIn(answer: unknown): readonly unknown[] {
  if (Array.isArray(answer) && answer.length > MAX_LOGS) throw malformed('logs', 'too_large');
  return readList(answer, 'logs', MAX_LOGS);
}

/**
 * Every log of these heights that names one of the accounts in a topic, each once, in the order of the chain.
 * @throws CHAIN_RESPONSE_INVALID, with `details.reason` `too_large` where they are too many
 */
export async function readAccountLogs(
  client: RpcClient,
  accounts: readonly EvmAddress[],
  { from, to, by }: LogRange,
  signal?: AbortSignal,
): Promise<readonly PlacedLog[]> {
  const found = new Map<string, PlacedLog>();
  const range = { fromBlock: toQuantity(from), toBlock: toQuantity(to), ...(by === undefined ? {} : { address: by }) };
  for (let start = 0; start < accounts.length; start += MAX_IN_FILTER) {
    const words = accounts.slice(start, start + MAX_IN_FILTER).map((address) => `0x${address.slice(2).padStart(64, '0')}`);
    const filters = [
      [FOLLOWED_TOPICS, words],
      [FOLLOWED_TOPICS, null, words],
      [FOLLOWED_TOPICS, null, null, words],
    ];
    const answers = await Promise.all(filters.map((topics) => client.request('eth_getLogs', [{ ...range, topics }], signal)));
    for (const entry of answers.flatMap(logsIn)) {
      const placed = readPlaced(entry);
      found.set(`${placed.blockHash}/${placed.index}`, placed);
    }
  }
  return [...found.values()].sort((a, b) => a.height - b.height || a.index - b.index);
}

type Told = Pick<AccountActivity, 'kind' | 'account' | 'counterparty' | 'asset' | 'amount'>;

/**
 * What a log says of our accounts, in the words of the contract that wrote it. Nothing moved is nothing: anybody may have a token write that.
 */
export function toldBy(log: Log, chain: ChainId, ours: ReadonlySet<string>): readonly Told[] {
  const claim = readClaim(log);
  if (claim === null || claim.kind === 'native') return [];
  const account = (address: string): AccountId => accountOf(chain, address);
  const moved = (from: string, to: string, asset: AssetId, amount: bigint): readonly Told[] => {
    if (amount === 0n || from === to) return [];
    return [
      ...(ours.has(from) ? [{ kind: 'sent' as const, account: account(from), counterparty: account(to), asset, amount }] : []),
      ...(ours.has(to) ? [{ kind: 'received' as const, account: account(to), counterparty: account(from), asset, amount }] : []),
    ];
  };
  const granted = (kind: 'allowance' | 'operator', owner: string, to: string, asset: AssetId, amount: bigint | 'unlimited') =>
    ours.has(owner) ? [{ kind, account: account(owner), counterparty: account(to), asset, amount }] : [];
  const contract = account(claim.token);
  const firstWord = log.data.length >= 66 ? BigInt(log.data.slice(0, 66)) : 0n;
  switch (claim.kind) {
    case 'transfer':
      return moved(claim.from, claim.to, tokenAsset(chain, contract), claim.amount);
    case 'item':
      return moved(claim.from, claim.to, collectibleAsset(chain, 'erc721', contract, claim.id), 1n);
    case 'items':
      return claim.ids.flatMap((id, index) =>
        moved(claim.from, claim.to, collectibleAsset(chain, 'erc1155', contract, id), claim.amounts[index] ?? 0n),
      );
    case 'approval':
      return granted('allowance', claim.owner, claim.spender, tokenAsset(chain, contract), allowanceAmount(claim.amount));
    case 'item-approval': {
      const isTakenBack = BigInt(claim.spender) === 0n;
      return granted('allowance', claim.owner, claim.spender, collectibleAsset(chain, 'erc721', contract, claim.id), isTakenBack ? 0n : 1n);
    }
    case 'operator':
      return granted(
        'operator',
        claim.owner,
        claim.operator,
        collectibleAsset(chain, 'erc721', contract),
        firstWord === 0n ? 0n : 'unlimited',
      );
    case 'permit2':
      return granted(
        'allowance',
        claim.owner,
        claim.spender,
        tokenAsset(chain, contract),
        allowanceAmount(firstWord, PERMIT2_UNLIMITED_FROM),
      );
    default:
      return [];
  }
}
