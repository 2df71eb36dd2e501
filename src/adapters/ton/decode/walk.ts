import { tokenAsset } from '../../../core/asset.ts';
import { useOfCoins } from '../protocols/index.ts';
import type { Body } from './body.ts';
import type { Findings, Frame } from './frame.ts';
import { addCall, addMove, addUnknown, keptBy, MAX_LEAVES } from './frame.ts';
import { addHazards, makesAccount } from './hazards.ts';
import { addItemEnd, addItemTransfer } from './item-orders.ts';
import { addEncrypted, addText } from './messages.ts';
import { addUse } from './protocol-use.ts';
import { readBody } from './read-body.ts';
import { addRelay } from './relay.ts';
import { addBurn, addTransfer } from './token-orders.ts';

/** What a signer of a multisig order may say in place of an operation: the order then runs, whatever is in it. */
const APPROVAL = 'approve';

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
  addMove(found, frame.leaf, { from: frame.sender, to, asset: frame.native, amount: value });
}

function addUnread(frame: Frame, op: string | null, detail: string, found: Findings): void {
  const { to, value } = frame.send.message;
  if (value > 0n) addPayment(frame, found);
  addCall(frame, { op, method: null, args: null }, found);
  addUnknown(found, frame.leaf, { contract: to, selector: op, detail });
}

/** An order to a contract of a known protocol; false where it is none that the protocol knows. */
function addKnownUse(frame: Frame, found: Findings): boolean {
  const { chain, native, protocols, sender: from } = frame;
  const { to, value: amount, body: payload } = frame.send.message;
  const at = protocols.get(to);
  const keeps = keptBy(frame.facts);
  const use = at === undefined ? null : useOfCoins({ at, from, asset: native, amount, payload, chain, native, protocols, keeps });
  if (use === null) return false;
  if ('detail' in use) {
    addUnread(frame, use.op, use.detail, found);
    return true;
  }
  const takers = use.others.length === 0 ? [to] : use.others;
  for (const taker of takers) addMove(found, frame.leaf, { from, to: taker, asset: native, amount });
  addUse(frame, to, amount, use, found);
  return true;
}

function addTokenOrder(frame: Frame, body: Extract<Body, { kind: 'jetton_transfer' | 'jetton_burn' }>, found: Findings): void {
  const { to } = frame.send.message;
  const fact = frame.facts.get(to);
  // What a token account keeps was asked for our wallet: for nobody else is it known.
  if (fact === undefined || fact.holds === null || fact.state !== 'contract' || frame.sender !== frame.wallet) {
    addUnread(frame, body.op, 'a token order to what is not the wallet’s own token account', found);
    if (fact?.state !== 'contract' || fact.holds !== null) return;
    const detail = 'the account keeps no token for the wallet by the word of any issuer';
    found.effects.push({ kind: 'hazard', account: to, hazard: 'counterfeit_token', detail, leaf: frame.leaf, source: 'bytes' });
    return;
  }
  if (body.kind === 'jetton_burn') addBurn(frame, body, fact.holds, found);
  else addTransfer(frame, body, fact.holds, found);
}

function addItemOrder(frame: Frame, body: Extract<Body, { kind: 'nft_transfer' | 'nft_end' }>, found: Findings): void {
  if (frame.facts.get(frame.send.message.to)?.state !== 'contract')
    return addUnread(frame, body.op, 'an order to an item that is none', found);
  if (body.kind === 'nft_end') addItemEnd(frame, body, found);
  else addItemTransfer(frame, body, found);
}

function addBody(frame: Frame, body: Body, found: Findings): void {
  const { to } = frame.send.message;
  const { leaf } = frame;
  switch (body.kind) {
    case 'nothing':
      return addPayment(frame, found);
    case 'text':
      if (body.text === APPROVAL && frame.facts.get(to)?.state === 'contract')
        return addUnread(frame, null, 'an approval of what the bytes do not show', found);
      addPayment(frame, found);
      return addText(body.text, to, leaf, found);
    case 'encrypted':
      addPayment(frame, found);
      return addEncrypted(body.bytes, to, leaf, found);
    case 'unknown':
      return addUnread(frame, body.op, body.detail, found);
    case 'jetton_transfer':
    case 'jetton_burn':
      return addTokenOrder(frame, body, found);
    case 'nft_transfer':
    case 'nft_end':
      return addItemOrder(frame, body, found);
    case 'jetton_mint': {
      addPayment(frame, found);
      addCall(frame, { op: body.op, method: 'jetton_mint', args: { to: body.to, amount: body.amount.toString() } }, found);
      const at = { asset: tokenAsset(frame.chain, to), amount: body.amount, leaf, source: 'bytes' as const };
      found.effects.push({ kind: 'inflow', account: body.to, counterparty: to, ...at });
      return;
    }
    case 'authority':
      addPayment(frame, found);
      addCall(frame, { op: body.op, method: body.method, args: body.to === null ? {} : { to: body.to } }, found);
      found.effects.push({ kind: 'control', account: to, aspect: body.aspect, to: body.to, leaf, source: 'bytes' });
      return;
    case 'relay':
      addPayment(frame, found);
      return addRelay(frame, body, found, walk);
  }
}

/** Adds what one send does, and what others are made to send by it. Never throws for any message that was read. */
export function walk(frame: Frame, found: Findings): void {
  const { message } = frame.send;
  found.leaves += 1;
  if (found.leaves > MAX_LEAVES) {
    addUnknown(found, frame.leaf, { contract: message.to, selector: null, detail: `more than ${MAX_LEAVES} messages` });
    return;
  }
  if (!addKnownUse(frame, found)) addBody(frame, readBody(message.body, frame.chain), found);
  addInit(frame, found);
  addHazards(frame, found);
  if (!frame.facts.has(message.to)) {
    addUnknown(found, frame.leaf, { contract: message.to, selector: null, detail: 'the account’s state was not read' });
  }
}
