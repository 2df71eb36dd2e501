import type { Effect } from '../../../core/effect.ts';
import type { UnsignedTransaction } from '../../../core/transaction.ts';
import { accountOf } from '../address.ts';
import { type Authorization, authorityOf } from '../authorization.ts';
import type { Findings } from './frame.ts';
import type { KnownContracts } from './method-entry.ts';

const NOBODY = `0x${'0'.repeat(40)}`;
const AT = { leaf: '0', source: 'bytes' } as const;

/**
 * What an account lets run as its own code from now on, here or on every chain, whoever sends it (EIP-7702). Code that the
 * configuration does not list may do anything; the zero address takes all code away.
 */
export function addAuthorization(tx: UnsignedTransaction, given: Authorization, known: KnownContracts, found: Findings): void {
  const { chainId, address, nonce } = given;
  const what = `authorization of ${address} as code, nonce ${nonce}`;
  const unknown = (detail: string): void => {
    found.complete = false;
    found.effects.push({ kind: 'unknown', contract: accountOf(tx.chain, address), selector: null, detail: `${what}: ${detail}`, ...AT });
  };
  const authority = authorityOf(given);
  if (authority === null) return unknown('signed by nobody');
  const account = accountOf(tx.chain, authority);
  const to = address === NOBODY ? null : accountOf(tx.chain, address);
  const effects: Effect[] = [{ kind: 'control', account, aspect: 'code', to, ...AT }];
  if (chainId === 0n) effects.push({ kind: 'hazard', account, hazard: 'valid_on_every_chain', detail: what, ...AT });
  else if (`eip155:${chainId}` !== tx.chain) effects.push({ kind: 'message', text: `${what}: for chain ${chainId}`, ...AT });
  if (account !== tx.wallet) effects.push({ kind: 'message', text: `${what}: of another account, ${account}`, ...AT });
  found.effects.push(...effects);
  if (to !== null && known.delegates?.has(address) !== true) unknown('code that is not listed');
}
