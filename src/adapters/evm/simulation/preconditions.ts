import { isCastellanError } from '../../../core/errors.ts';
import type { DecodedTransaction, UnsignedTransaction } from '../../../core/transaction.ts';
import { senderOf } from '../../../core/transaction.ts';
import type { EvmAddress } from '../address.ts';
import { addressOf } from '../address.ts';
import { readQuantity, toQuantity } from '../answer.ts';
import type { Block } from '../block.ts';
import { readNonce } from '../block.ts';
import type { RpcClient } from '../client.ts';
import type { Envelope } from '../envelope.ts';

/** What the preconditions are about. */
export interface PreconditionContext {
  readonly client: RpcClient;
  readonly tx: UnsignedTransaction;
  readonly decoded: DecodedTransaction;
  readonly signal?: AbortSignal;
}

/** Why nothing was run. */
export interface Refusal {
  readonly errors: readonly string[];
  readonly shallow: readonly string[];
  readonly warnings?: readonly string[];
}

/** What we check ourselves: not every node minds a used nonce, a poor wallet or too low a fee in a simulation. */
export async function preconditions(
  context: PreconditionContext,
  envelope: Envelope,
  head: Block,
): Promise<{ readonly errors: readonly string[]; readonly caveats: readonly string[] }> {
  const { client, tx, signal } = context;
  const sender = addressOf(senderOf(tx), tx.chain);
  const balanceOf = async (address: EvmAddress): Promise<bigint> =>
    readQuantity(await client.request('eth_getBalance', [address, toQuantity(head.number)], signal), 'balance');
  const [nonce, balance, held] = await Promise.all([
    readNonce(client, sender, head.number, signal),
    balanceOf(sender),
    tx.smart === undefined ? null : balanceOf(addressOf(tx.wallet, tx.chain)),
  ]);
  const errors: string[] = [];
  if (tx.slot < nonce) errors.push('slot_behind');
  if (balance < envelope.value + envelope.gas * envelope.maxFeePerGas) errors.push(shortOf(tx));
  if (held !== null && held < context.decoded.calls.reduce((sum, { value }) => sum + value, 0n)) errors.push('insufficient_funds');
  if (envelope.maxFeePerGas < head.baseFeePerGas) errors.push('fee_below_base_fee');
  // Earlier ones of ours still wait: what they will change is not in this state.
  return { errors, caveats: tx.slot > nonce ? ['earlier_transactions_pending'] : [] };
}

/** Whose coins do not suffice for value and fee: where the wallet is a contract, its sender's for the fee. */
function shortOf({ smart }: UnsignedTransaction): string {
  return smart === undefined ? 'insufficient_funds' : 'sender_insufficient_funds';
}

/** Why the node would not run it. @throws what is not an answer of the node */
export function refusal(error: unknown, tx: UnsignedTransaction): Refusal {
  if (!isCastellanError(error) || error.code !== 'CHAIN_REJECTED') throw error;
  const { rpcCode, rpcMessage } = error.details;
  const message = String(rpcMessage ?? '');
  if (rpcCode === -32003 || rpcCode === -38014 || /insufficient funds/i.test(message))
    return { errors: [shortOf(tx)], shallow: ['not_run'] };
  if (rpcCode === -32601 || /method not found|not supported|not available|does not exist|not whitelisted|can't be built/i.test(message)) {
    return { errors: ['simulation_unavailable'], shallow: ['not_run'], warnings: [`node: ${message.slice(0, 160)}`] };
  }
  return { errors: ['simulation_rejected'], shallow: ['not_run'], warnings: [`node: ${message.slice(0, 160)}`] };
}
