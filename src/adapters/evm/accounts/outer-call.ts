import { CastellanError } from '../../../core/errors.ts';
import type { AccountId, ChainId } from '../../../core/ids.ts';
import type { SmartAccount } from '../../../core/smart-account.ts';
import type { Action, Call } from '../../../core/transaction.ts';
import { addressOf } from '../address.ts';
import { callsOf } from '../call-of.ts';
import { undecodable } from '../undecodable.ts';
import type { ModelParams } from './account-model.ts';
import { modelOf } from './models.ts';

/** The record of the contract must be about this very wallet. @throws PAYLOAD_UNDECODABLE */
function checkAccount(smart: SmartAccount, chain: ChainId, wallet: AccountId): void {
  if (smart.account !== wallet) throw undecodable('wallet_mismatch');
  addressOf(smart.sender, chain);
}

/**
 * The one call that the signing account makes for an action: the wallet's own call, or the outer call of its contract.
 * @throws REQUEST_INVALID where one transaction cannot do it; PAYLOAD_UNDECODABLE for foreign bytes
 */
export function outerCall(action: Action, chain: ChainId, wallet: AccountId, smart?: SmartAccount, params: ModelParams = {}): Call {
  const calls = callsOf(action, chain, wallet);
  if (smart !== undefined) {
    checkAccount(smart, chain, wallet);
    return modelOf(smart).wrap(calls, smart, params);
  }
  const [call] = calls;
  if (call === undefined || calls.length !== 1) {
    throw new CastellanError('REQUEST_INVALID', {
      message: 'A plain account makes one call per transaction; a batch is the calldata of a batching contract.',
    });
  }
  return call;
}
