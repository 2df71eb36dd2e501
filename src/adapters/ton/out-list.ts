import { Cell } from '@ton/core';
import type { ChainId } from '../../core/ids.ts';
import { CellReader } from './cell-reader.ts';
import { CellWriter } from './cell-writer.ts';
import type { Draft } from './draft.ts';
import { bitsOf } from './draft.ts';
import type { OutMessage } from './out-message.ts';
import { readOutMessage, writeOutMessage } from './out-message.ts';
import { undecodable } from './undecodable.ts';

/** One message and the flags it is sent with. */
export interface Send {
  readonly mode: number;
  readonly message: OutMessage;
}

/** An action of the list that sends nothing. The wallet's contract refuses it, and so do we. */
export interface ForeignAction {
  /** Place among all actions. */
  readonly position: number;
  /** `set_code`, `reserve` or `change_library`. */
  readonly name: string;
  readonly tag: number;
  /** What stands behind the tag. */
  readonly content: Cell;
}

/** What a list of actions holds. */
export interface OutList {
  readonly sends: readonly Send[];
  readonly foreign: readonly ForeignAction[];
}

/** The machine's own bound on actions. */
export const MAX_ACTIONS = 255;
const SEND = 0x0ec3c86d;
const FOREIGN: ReadonlyMap<number, string> = new Map([
  [0xad4de08e, 'set_code'],
  [0x36e6b809, 'reserve'],
  [0x26fa1dd4, 'change_library'],
]);

/** Readers of the actions, the first one first: the cells hold the last one outermost. */
function actionsOf(list: Draft | Cell): readonly CellReader[] {
  const actions: CellReader[] = [];
  let at = list;
  while (bitsOf(at) > 0 || at.refs.length > 0) {
    if (actions.length === MAX_ACTIONS) throw undecodable('too_many_actions');
    const reader = new CellReader(at);
    at = reader.draft();
    actions.push(reader);
  }
  return actions.reverse();
}

/**
 * Reads an `OutList`.
 *
 * ```
 * out_list_empty$_ │ out_list$_ prev:^OutList action:OutAction
 * action_send_msg#0ec3c86d mode:8 out_msg:^MessageRelaxed
 * ```
 * @throws PAYLOAD_UNDECODABLE for anything that is no known action, or a message that no user writes
 */
export function readOutList(list: Draft | Cell, chain: ChainId): OutList {
  const sends: Send[] = [];
  const foreign: ForeignAction[] = [];
  for (const [position, reader] of actionsOf(list).entries()) {
    const tag = reader.uint(32);
    if (tag === SEND) {
      const mode = reader.uint(8);
      sends.push({ mode, message: readOutMessage(reader.draft(), chain) });
      reader.end();
      continue;
    }
    const name = FOREIGN.get(tag);
    if (name === undefined) throw undecodable('action_unknown', { tag });
    foreign.push({ position, name, tag, content: reader.rest() });
  }
  return { sends, foreign };
}

/** Writes the list that {@link readOutList} reads; null for an empty one, which W5 leaves out. */
export function writeOutList({ sends, foreign }: OutList, chain: ChainId): Draft | null {
  const strange = new Map(foreign.map((action) => [action.position, action]));
  const ordered = [...sends];
  let list: Draft | Cell = Cell.EMPTY;
  for (let position = 0; position < sends.length + foreign.length; position += 1) {
    const cell = new CellWriter().ref(list);
    const action = strange.get(position);
    const send = action === undefined ? ordered.shift() : undefined;
    if (action !== undefined) cell.uint(action.tag, 32).inline(action.content);
    else if (send !== undefined) cell.uint(SEND, 32).uint(send.mode, 8).ref(writeOutMessage(send.message, chain));
    list = cell.end();
  }
  return list === Cell.EMPTY ? null : (list as Draft);
}
