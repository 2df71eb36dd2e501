import { CastellanError, isCastellanError } from '../../../../core/errors.ts';
import type { AccountId, ChainId } from '../../../../core/ids.ts';
import { addressOf } from '../../address.ts';
import { readBytes } from '../../answer.ts';
import { type Block, readBlockAt, readHead } from '../../block.ts';
import type { RpcClient } from '../../client.ts';
import type { EvmChainConfig } from '../../config.ts';
import { selectorOf } from '../../decode/index.ts';

/** What nodes call an execution that the contract itself ended. */
const REVERTED = 3;

/** One state of the chain, by its block's hash. */
export interface FinalState {
  readonly client: RpcClient;
  readonly chain: ChainId;
  readonly at: { readonly blockHash: string; readonly requireCanonical: true };
  readonly signal?: AbortSignal;
}

function unreadable(contract: AccountId, view: string, cause?: CastellanError): CastellanError {
  return new CastellanError('CHAIN_REJECTED', {
    message: 'The contract does not tell what became of the signature.',
    details: { reason: 'mark_unreadable', contract, view },
    ...(cause === undefined ? {} : { cause }),
  });
}

/**
 * The newest block that no reorganisation takes back, by the same rule as transactions are final.
 * @throws CHAIN_UNAVAILABLE, CHAIN_RESPONSE_INVALID
 */
export async function finalBlock(client: RpcClient, config: EvmChainConfig, signal?: AbortSignal): Promise<Block> {
  const head = await readHead(client, 'latest', signal);
  const confirmed = Math.max(0, head.number - config.confirmations + 1);
  const number = config.finality === 'finalized' ? Math.min(confirmed, (await readHead(client, 'finalized', signal)).number) : confirmed;
  const block = number === head.number ? head : await readBlockAt(client, number, signal);
  if (block === null) {
    throw new CastellanError('CHAIN_RESPONSE_INVALID', {
      message: 'The endpoint does not have a block below its head.',
      details: { field: 'block', reason: 'missing' },
      retryable: true,
    });
  }
  return block;
}

/** Its state: what a signature came to in a younger block may never have happened. @throws CHAIN_UNAVAILABLE, CHAIN_RESPONSE_INVALID */
export async function finalState(client: RpcClient, config: EvmChainConfig, signal?: AbortSignal): Promise<FinalState> {
  const { hash } = await finalBlock(client, config, signal);
  const at = { blockHash: hash, requireCanonical: true } as const;
  return { client, chain: config.chain, at, ...(signal === undefined ? {} : { signal }) };
}

/** A number, or an address or hash in hex, as one word. */
function word(value: bigint | string): string {
  return BigInt(value).toString(16).padStart(64, '0');
}

/**
 * The words that a view answers with, exactly `count` of them. `tail` is written behind the words of `args`, already encoded.
 * Fails closed where it answers anything else: a signature is then what it was.
 * @throws CHAIN_REJECTED with `details.reason` `mark_unreadable`; CHAIN_UNAVAILABLE, CHAIN_RESPONSE_INVALID
 */
export async function readView(
  state: FinalState,
  contract: AccountId,
  view: string,
  args: readonly (bigint | string)[],
  count = 1,
  tail = '',
): Promise<readonly bigint[]> {
  const call = { to: addressOf(contract, state.chain), data: `${selectorOf(view)}${args.map(word).join('')}${tail}` };
  let answer: unknown;
  try {
    answer = await state.client.request('eth_call', [call, state.at], state.signal);
  } catch (error) {
    const reverted = isCastellanError(error) && error.code === 'CHAIN_REJECTED' && error.details['rpcCode'] === REVERTED;
    throw reverted ? unreadable(contract, view, error) : error;
  }
  const hex = readBytes(answer, view).slice(2);
  if (hex.length !== 64 * count) throw unreadable(contract, view);
  return Array.from({ length: count }, (_, index) => BigInt(`0x${hex.slice(index * 64, index * 64 + 64)}`));
}
