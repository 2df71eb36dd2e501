import { accountKey } from '../../../core/account.ts';
import type { AccountId } from '../../../core/ids.ts';
import type { ExtendedAction } from '../extended-action.ts';
import type { ForeignAction } from '../out-list.ts';
import type { PluginOrder } from '../plugin-order.ts';
import type { Findings } from './frame.ts';
import { addUnknown } from './frame.ts';

function said(action: ExtendedAction): string {
  if (action.kind === 'signature') return `signatures of the wallet’s key are switched ${action.allowed ? 'on' : 'off'}`;
  return `extension ${accountKey(action.account)} is ${action.kind === 'add_extension' ? 'added' : 'removed'}`;
}

/** Adds what an order changes in the wallet itself: who may spend from it besides its key, and whether its key may. */
export function addExtended(wallet: AccountId, action: ExtendedAction, leaf: string, found: Findings): void {
  const at = { leaf, source: 'bytes' as const };
  const aspect = action.kind === 'signature' ? 'signer' : 'module';
  const to = action.kind === 'add_extension' ? action.account : null;
  found.effects.push({ kind: 'control', account: wallet, aspect, to, ...at });
  // The control effect cannot tell one removal from another; a person who approves must be able to.
  found.effects.push({ kind: 'message', text: said(action), ...at });
}

/** Adds what becomes of a plugin of a V4 wallet, which may draw on the wallet from then on. */
export function addPlugin(wallet: AccountId, order: PluginOrder, leaf: string, found: Findings): void {
  const at = { leaf, source: 'bytes' as const };
  const removed = order.kind === 'remove_plugin';
  found.effects.push({ kind: 'control', account: wallet, aspect: 'module', to: removed ? null : order.account, ...at });
  found.effects.push({ kind: 'message', text: `plugin ${accountKey(order.account)} is ${removed ? 'removed' : 'added'}`, ...at });
}

/** Adds an action that sends nothing: the wallet's contract refuses it, and no policy allows it. */
export function addForeign(wallet: AccountId, action: ForeignAction, leaf: string, found: Findings): void {
  const detail = `the action ${action.name} in the list of sends`;
  addUnknown(found, leaf, { contract: wallet, selector: null, detail });
}
