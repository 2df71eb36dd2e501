import type { Cell } from '@ton/core';
import type { AccountId, ChainId } from '../../core/ids.ts';
import { CellReader } from './cell-reader.ts';
import { CellWriter } from './cell-writer.ts';
import type { Draft } from './draft.ts';
import { undecodable } from './undecodable.ts';

/** A change of the wallet itself that a W5 message may carry beside its sends. */
export type ExtendedAction =
  | { readonly kind: 'add_extension' | 'remove_extension'; readonly account: AccountId }
  | { readonly kind: 'signature'; readonly allowed: boolean };

/** As many as sends; the contract knows no bound of its own. */
export const MAX_EXTENDED = 255;
const TAGS = { add_extension: 2, remove_extension: 3, signature: 4 } as const;

function readOne(reader: CellReader, chain: ChainId): ExtendedAction {
  const tag = reader.uint(8);
  if (tag === TAGS.signature) return { kind: 'signature', allowed: reader.bit() };
  if (tag !== TAGS.add_extension && tag !== TAGS.remove_extension) throw undecodable('extended_action_unknown', { tag });
  const account = reader.account(chain);
  if (account === null) throw undecodable('address_invalid');
  return { kind: tag === TAGS.add_extension ? 'add_extension' : 'remove_extension', account };
}

/** Reads the list whose first item stands in `reader` itself and each next one in a cell of its own. @throws PAYLOAD_UNDECODABLE */
export function readExtended(reader: CellReader, chain: ChainId): readonly ExtendedAction[] {
  const found = [readOne(reader, chain)];
  let at = reader;
  while (at.refsLeft > 0) {
    if (found.length === MAX_EXTENDED) throw undecodable('too_many_actions');
    const next: Draft | Cell = at.draft();
    at.end();
    at = new CellReader(next);
    found.push(readOne(at, chain));
  }
  at.end();
  return found;
}

function writeOne(action: ExtendedAction, chain: ChainId, to: CellWriter): void {
  to.uint(TAGS[action.kind], 8);
  if (action.kind === 'signature') to.bit(action.allowed);
  else to.account(action.account, chain);
}

/** Writes the list that {@link readExtended} reads; nothing for an empty one. */
export function writeExtended(actions: readonly ExtendedAction[], chain: ChainId, to: CellWriter): void {
  let next: Draft | null = null;
  for (const [index, action] of [...actions.entries()].reverse()) {
    const cell: CellWriter = index === 0 ? to : new CellWriter();
    writeOne(action, chain, cell);
    if (next !== null) cell.ref(next);
    if (index > 0) next = cell.end();
  }
}
