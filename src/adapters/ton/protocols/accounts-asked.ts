import type { Cell } from '@ton/core';
import { isCastellanError } from '../../../core/errors.ts';
import type { AccountId, ChainId } from '../../../core/ids.ts';
import { CellReader } from '../cell-reader.ts';
import type { Protocols } from './deployment.ts';
import { OP_SWAP_V1, OP_SWAP_V2 } from './stonfi.ts';

/** An account by which a router is told what to give out, and the router whose it should be. */
export interface Asked {
  readonly account: AccountId;
  readonly owner: AccountId;
}

/** The account that a router’s order names; null where it is no swap, or names none. */
export function askedOf(router: AccountId, payload: Cell, chain: ChainId, protocols: Protocols): Asked | null {
  const at = protocols.get(router);
  if (at?.role !== 'router' || payload.isExotic) return null;
  try {
    const reader = new CellReader(payload);
    const op = reader.uint(32);
    if (op !== (at.protocol === 'stonfi-v1' ? OP_SWAP_V1 : OP_SWAP_V2)) return null;
    const account = reader.account(chain);
    return account === null || protocols.has(account) ? null : { account, owner: router };
  } catch (error) {
    if (!isCastellanError(error)) throw error;
    return null;
  }
}
