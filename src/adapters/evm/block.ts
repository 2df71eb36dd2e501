import type { EvmAddress } from './address.ts';
import { malformed, readAddress, readCount, readHash, readList, readObject, readQuantity, toQuantity } from './answer.ts';
import type { RpcClient } from './client.ts';

/** Transactions that a block may list; the densest real ones hold a few thousand. */
const MAX_TRANSACTIONS = 100_000;

/** One block as an endpoint tells it. */
export interface Block {
  readonly number: number;
  readonly hash: string;
  readonly timestampMs: number;
  readonly baseFeePerGas: bigint;
  readonly gasLimit: bigint;
  readonly feeRecipient: EvmAddress;
  /** Hashes of its transactions, in order. */
  readonly transactions: readonly string[];
}

function readBlock(value: unknown): Block {
  const fields = readObject(value, 'block');
  return {
    number: readCount(fields['number'], 'block.number'),
    hash: readHash(fields['hash'], 'block.hash'),
    timestampMs: readCount(fields['timestamp'], 'block.timestamp') * 1_000,
    // Absent before London; a chain without a base fee has none to pay.
    baseFeePerGas: fields['baseFeePerGas'] === undefined ? 0n : readQuantity(fields['baseFeePerGas'], 'block.baseFeePerGas'),
    gasLimit: readQuantity(fields['gasLimit'], 'block.gasLimit'),
    feeRecipient: readAddress(fields['miner'], 'block.miner'),
    transactions: readList(fields['transactions'], 'block.transactions', MAX_TRANSACTIONS).map((hash) =>
      readHash(hash, 'block.transactions'),
    ),
  };
}

/** The newest block, or the newest that the chain calls finalized. @throws CHAIN_RESPONSE_INVALID */
export async function readHead(client: RpcClient, tag: 'latest' | 'finalized', signal?: AbortSignal): Promise<Block> {
  return readBlock(await client.request('eth_getBlockByNumber', [tag, false], signal));
}

/** The block that the chain has at this height now; null above the head. @throws CHAIN_RESPONSE_INVALID */
export async function readBlockAt(client: RpcClient, number: number, signal?: AbortSignal): Promise<Block | null> {
  const answer = await client.request('eth_getBlockByNumber', [toQuantity(number), false], signal);
  if (answer === null) return null;
  const block = readBlock(answer);
  if (block.number !== number) throw malformed('block.number', 'another_block');
  return block;
}

/** Transactions that the account has sent by a block: its next nonce there. @throws CHAIN_RESPONSE_INVALID */
export async function readNonce(client: RpcClient, address: EvmAddress, at: number | 'latest', signal?: AbortSignal): Promise<number> {
  const block = at === 'latest' ? at : toQuantity(at);
  return readCount(await client.request('eth_getTransactionCount', [address, block], signal), 'nonce');
}
