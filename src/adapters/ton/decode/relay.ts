import { isCastellanError } from '../../../core/errors.ts';
import { MAX_ACTIONS } from '../out-list.ts';
import type { Body, Relayed } from './body.ts';
import type { Findings, Frame } from './frame.ts';
import { addCall, addUnknown, MAX_DEPTH, MAX_LEAVES } from './frame.ts';
import { addExtended, addForeign } from './own-changes.ts';

type Relay = Extract<Body, { kind: 'relay' }>;

/** Reads the orders inside; null where they are in no standard form, which costs as much as the longest list. */
function opened(body: Relay, found: Findings): Relayed | null {
  try {
    return body.open();
  } catch (error) {
    if (!isCastellanError(error)) throw error;
    found.leaves += MAX_ACTIONS;
    return null;
  }
}

/**
 * Follows the orders that a send carries for its receiver: every message is the receiver's, and every change is one of the
 * receiver. Whether it will obey nobody asks: it is told as if it did.
 *
 * @param walk follows one of these messages
 */
export function addRelay(frame: Frame, body: Relay, found: Findings, walk: (frame: Frame, found: Findings) => void): void {
  const { leaf, depth } = frame;
  const { to } = frame.send.message;
  const { op, method } = body;
  const unknown = (detail: string): void => addUnknown(found, leaf, { contract: to, selector: op, detail });
  const tooMany = found.leaves >= MAX_LEAVES;
  const relayed = depth >= MAX_DEPTH || tooMany ? null : opened(body, found);
  if (relayed === null) {
    addCall(frame, { op, method: null, args: null }, found);
    if (depth >= MAX_DEPTH) return unknown(`orders nest deeper than ${MAX_DEPTH}`);
    return unknown(tooMany ? `more than ${MAX_LEAVES} messages` : 'the orders inside are not in standard form');
  }
  const { sends, foreign, changes, signerUpdates } = relayed;
  const args = { messages: String(sends.length), changes: String(changes.length + signerUpdates) };
  addCall(frame, { op, method, args }, found);
  // Messages are counted as they are walked. What sends nothing is counted here: many orders may share one long list of it.
  found.leaves += foreign.length + changes.length + signerUpdates;
  if (found.leaves > MAX_LEAVES) return unknown(`more than ${MAX_LEAVES} messages`);
  const strange = new Set(foreign.map(({ position }) => position));
  let position = 0;
  for (const send of sends) {
    while (strange.has(position)) position += 1;
    walk({ ...frame, sender: to, send, leaf: `${leaf}.${position}`, depth: depth + 1 }, found);
    if (found.leaves > MAX_LEAVES) return;
    position += 1;
  }
  for (const action of foreign) addForeign(to, action, `${leaf}.${action.position}`, found);
  const next = sends.length + foreign.length;
  for (const [index, action] of changes.entries()) addExtended(to, action, `${leaf}.${next + index}`, found);
  if (signerUpdates > 0) found.effects.push({ kind: 'control', account: to, aspect: 'signer', to: null, leaf, source: 'bytes' });
}
