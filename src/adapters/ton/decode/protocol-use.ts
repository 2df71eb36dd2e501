import type { AccountId } from '../../../core/ids.ts';
import type { Use } from '../protocols/index.ts';
import type { Findings, Frame } from './frame.ts';

/**
 * Adds the order that a protocol's contract is given, and the least that it brings; what is paid in is the caller's to add.
 * @param value Nanoton that reach the contract
 */
export function addUse(frame: Frame, contract: AccountId, value: bigint, use: Use, found: Findings): void {
  const { protocol, op, method, capability, operation, args, gets } = use;
  const purpose = { capability, ...(operation === undefined ? {} : { operation }) };
  const at = { leaf: frame.leaf, source: 'bytes' as const };
  found.effects.push({ kind: 'call', contract, selector: op, method, args, value, asset: frame.native, protocol, ...purpose, ...at });
  for (const { asset, amount, to } of gets) {
    found.effects.push({ kind: 'inflow', account: to, counterparty: contract, asset, amount, ...at });
  }
}
