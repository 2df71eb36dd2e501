import { nativeAssetId } from '../../../core/asset.ts';
import type { AccountId } from '../../../core/ids.ts';
import type { SmartAccount } from '../../../core/smart-account.ts';
import type { Call, UnsignedTransaction } from '../../../core/transaction.ts';
import type { OuterForm } from '../accounts/account-model.ts';
import { accountCalls } from '../accounts/payload.ts';
import { accountOf, addressOf } from '../address.ts';
import type { Envelope } from '../envelope.ts';
import { undecodable } from '../undecodable.ts';
import type { Findings } from './frame.ts';
import type { KnownContracts } from './method-entry.ts';
import { walk } from './walk.ts';

/** Whoever makes the account call itself may change its owner, its code and its rules: power over it, and never understood. */
function obeyItself(account: AccountId, leaf: string, found: Findings): void {
  found.complete = false;
  const at = { leaf, source: 'bytes' } as const;
  found.effects.push({ kind: 'control', account, aspect: 'signer', to: null, ...at });
  found.effects.push({ kind: 'unknown', contract: account, selector: null, detail: 'the account calls itself', ...at });
}

/**
 * Follows the calls that a wallet makes which is a contract. An outer call that is not exactly what its model writes is
 * unknown as a whole, and of no contract: no list of contracts can allow it.
 *
 * @returns the wallet's own calls; where they are unknown the outer one, so that nothing approved for it fits another
 * @throws PAYLOAD_UNDECODABLE where the record is of another wallet, or of a kind that this adapter does not know
 */
export function walkAccount(
  tx: UnsignedTransaction,
  smart: SmartAccount,
  envelope: Envelope,
  form: OuterForm,
  known: KnownContracts,
  found: Findings,
): readonly Call[] {
  const { chain, wallet } = tx;
  if (smart.account !== wallet || !smart.sender.startsWith(`${chain}:0x`)) throw undecodable('wallet_mismatch');
  const native = nativeAssetId(chain);
  const calls = accountCalls(envelope, smart, chain, form);
  if (calls === undefined) {
    const detail = 'not a call by which this account moves anything';
    found.complete = false;
    found.effects.push({ kind: 'unknown', contract: null, selector: null, detail, leaf: '0', source: 'bytes' });
    return envelope.to === null ? [] : [{ to: accountOf(chain, envelope.to), value: envelope.value, data: envelope.data.slice() }];
  }
  for (const [index, { to, value, data }] of calls.entries()) {
    const leaf = String(index);
    walk({ chain, native, sender: wallet, to: addressOf(to, chain), value, data, leaf, depth: 0, inner: false }, known, found);
    if (to === wallet && data.length > 0) obeyItself(wallet, leaf, found);
  }
  return calls;
}
