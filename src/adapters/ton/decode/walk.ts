import type { Findings, Frame } from './frame.ts';
import { addMove, addUnknown } from './frame.ts';
import { addHazards, makesAccount } from './hazards.ts';
import type { Body } from './read-body.ts';
import { readBody } from './read-body.ts';
import { addBurn, addTransfer } from './token-orders.ts';

function addInit(frame: Frame, found: Findings): void {
  const { init, to } = frame.send.message;
  if (init === null) return;
  const codeDigest = init.hash().toString('hex');
  found.effects.push({ kind: 'deploy', account: to, codeDigest, leaf: frame.leaf, source: 'bytes' });
  if (!makesAccount(frame)) {
    addUnknown(found, frame.leaf, { contract: to, selector: null, detail: 'the state init is not the one of the account' });
  }
}

/** Coins to whoever is named, for anything that is no order to a token account of ours. */
function addPayment(frame: Frame, found: Findings): void {
  const { to, value } = frame.send.message;
  addMove(found, frame.leaf, { from: frame.wallet, to, asset: frame.native, amount: value });
}

function addUnread(frame: Frame, op: string | null, detail: string, found: Findings): void {
  const { to, value } = frame.send.message;
  if (value > 0n) addPayment(frame, found);
  found.effects.push({
    kind: 'call',
    contract: to,
    selector: op ?? '0x',
    method: null,
    args: null,
    value,
    asset: frame.native,
    leaf: frame.leaf,
    source: 'bytes',
  });
  addUnknown(found, frame.leaf, { contract: to, selector: op, detail });
}

function addBody(frame: Frame, body: Body, found: Findings): void {
  if (body.kind === 'nothing') return addPayment(frame, found);
  if (body.kind === 'text') {
    addPayment(frame, found);
    found.effects.push({ kind: 'message', text: body.text, leaf: frame.leaf, source: 'bytes' });
    return;
  }
  if (body.kind === 'unknown') return addUnread(frame, body.op, body.detail, found);
  const fact = frame.facts.get(frame.send.message.to);
  if (fact === undefined || fact.holds === null || fact.state !== 'contract') {
    return addUnread(frame, body.op, 'a token order to what is not the wallet’s own token account', found);
  }
  if (body.kind === 'jetton_burn') return addBurn(frame, body, fact.holds, found);
  addTransfer(frame, body, fact.holds, found);
}

/** Adds what one send does. Never throws for any message that was read. */
export function walk(frame: Frame, found: Findings): void {
  const { message } = frame.send;
  addBody(frame, readBody(message.body, frame.chain), found);
  addInit(frame, found);
  addHazards(frame, found);
  if (!frame.facts.has(message.to)) {
    addUnknown(found, frame.leaf, { contract: message.to, selector: null, detail: 'the account’s state was not read' });
  }
}
