import { serializeTransaction } from 'viem';
import type { BuildContext } from '../../core/chain-adapter.ts';
import { evmChainNumber } from '../../core/chain-id.ts';
import { CastellanError } from '../../core/errors.ts';
import { parseBaseUnits } from '../../core/money.ts';
import type { Action, FeeQuote, UnsignedTransaction } from '../../core/transaction.ts';
import { outerCall } from './accounts/outer-call.ts';
import { payloadOf } from './accounts/payload.ts';
import { addressOf, hexOf } from './address.ts';
import { adopt } from './parse.ts';

function refuse(message: string): CastellanError {
  return new CastellanError('REQUEST_INVALID', { message });
}

function param(fee: FeeQuote, name: string): bigint {
  const text = fee.params[name];
  if (text === undefined) throw refuse(`The fee quote lacks ${name}.`);
  try {
    return parseBaseUnits(text);
  } catch (cause) {
    throw new CastellanError('REQUEST_INVALID', { message: `The fee quote’s ${name} is no whole number.`, cause });
  }
}

/**
 * Builds the exact bytes of an EIP-1559 transaction for an action.
 *
 * The chain knows no validity window for a transaction, so `validUntilMs` of the result is null whatever the context
 * says: lateness is the gate's to refuse.
 * @throws REQUEST_INVALID where one transaction of the wallet cannot express the action, or fee and ceiling disagree
 */
export function build(action: Action, context: BuildContext): UnsignedTransaction {
  const { chain, wallet, slot, fee, smart } = context;
  addressOf(wallet, chain);
  if (!Number.isSafeInteger(slot) || slot < 0) throw refuse('The slot is no nonce.');
  const gas = param(fee, 'gas');
  const maxFeePerGas = param(fee, 'maxFeePerGas');
  const maxPriorityFeePerGas = param(fee, 'maxPriorityFeePerGas');
  if (gas === 0n || gas >= 2n ** 64n || maxPriorityFeePerGas > maxFeePerGas) throw refuse('The fee quote is out of range.');
  if (gas * maxFeePerGas !== fee.ceiling) throw refuse('The fee quote’s ceiling is not gas times the most per gas.');
  const call = outerCall(action, chain, wallet, smart, fee.params);
  const serialized = serializeTransaction({
    type: 'eip1559',
    chainId: evmChainNumber(chain),
    nonce: slot,
    gas,
    maxFeePerGas,
    maxPriorityFeePerGas,
    to: addressOf(call.to, chain),
    value: call.value,
    data: hexOf(call.data),
  });
  const outer = new Uint8Array(Buffer.from(serialized.slice(2), 'hex'));
  const tx = adopt(payloadOf(outer, smart, fee.params), chain, wallet, smart);
  if (tx.slot !== slot || tx.fee.ceiling !== fee.ceiling) throw refuse('The transaction cannot carry this slot and fee.');
  return { ...tx, fee };
}
