import { Cell } from '@ton/core';
import { assetAddress, assetChain } from '../../core/asset.ts';
import { CastellanError } from '../../core/errors.ts';
import type { AccountId, AssetId } from '../../core/ids.ts';
import type { Action } from '../../core/transaction.ts';
import { addressOf } from './address.ts';
import { bounceOf, DEFAULT_MODE, sendOfCall } from './call-of.ts';
import { CellWriter } from './cell-writer.ts';
import type { CodecChain } from './codec-chain.ts';
import type { Facts } from './decode/index.ts';
import { commentCell, OP_JETTON_TRANSFER } from './decode/index.ts';
import { cellOf } from './draft.ts';
import type { Send } from './out-list.ts';
import { MAX_ACTIONS } from './out-list.ts';
import type { OutMessage } from './out-message.ts';
import { bodyNeedsRef, MAX_COINS } from './out-message.ts';
import { readAction } from './parse.ts';

/** Coins that make a token account send the notice that carries a comment; it is not expected to be taken up. */
const NOTICE_AMOUNT = 1n;

function refuse(message: string): CastellanError {
  return new CastellanError('REQUEST_INVALID', { message });
}

function checkAmount(amount: bigint): bigint {
  if (typeof amount !== 'bigint' || amount < 0n || amount > MAX_COINS) throw refuse('The amount is outside 0 … 2^120 − 1.');
  return amount;
}

function commentOf(comment: string | undefined): Cell | null {
  if (comment === undefined) return null;
  if (typeof comment !== 'string' || !comment.isWellFormed()) throw refuse('The comment is no well-formed text.');
  return commentCell(comment);
}

function sendOf(part: Pick<OutMessage, 'to' | 'value' | 'body'>, facts: Facts): Send {
  const message = { ...part, bounce: bounceOf(part.to, facts), init: null, currencies: null, initInRef: false };
  return { mode: DEFAULT_MODE, message: { ...message, bodyInRef: bodyNeedsRef(message) } };
}

/** The account that keeps `asset` for the wallet, by the word of the token's own contract. */
function holderOf(asset: AssetId, facts: Facts): AccountId {
  for (const fact of facts.values()) if (fact.holds === asset && fact.state === 'contract') return fact.account;
  throw refuse('The wallet has no account for this token.');
}

type Transfer = Extract<Action, { kind: 'transfer' }>;

/** A token transfer order with query id 0; what is left of the attached coins comes back to the wallet. */
function tokenTransfer(action: Transfer, chain: CodecChain, wallet: AccountId, facts: Facts): Send {
  const on = chain.tokens.chain;
  const forward = commentOf(action.comment);
  const body = new CellWriter()
    .uint(OP_JETTON_TRANSFER, 32)
    .zeros(64)
    .coins(checkAmount(action.amount))
    .account(action.to, on)
    .account(wallet, on)
    .bit(false)
    .coins(NOTICE_AMOUNT)
    .maybeRef(forward)
    .end();
  return sendOf({ to: holderOf(action.asset, facts), value: chain.jettonGas, body: cellOf(body) }, facts);
}

/**
 * The messages that an action comes to; neither slot, validity nor the wallet's version matters.
 * @throws REQUEST_INVALID where messages cannot express it; PAYLOAD_UNDECODABLE for foreign bytes
 */
export function sendsOf(action: Action, chain: CodecChain, wallet: AccountId, facts: Facts): readonly Send[] {
  const on = chain.tokens.chain;
  switch (action.kind) {
    case 'transfer': {
      if (assetChain(action.asset) !== on) throw refuse('The asset lives on another chain.');
      if (assetAddress(action.asset) !== null) return [tokenTransfer(action, chain, wallet, facts)];
      addressOf(action.to, on);
      return [sendOf({ to: action.to, value: checkAmount(action.amount), body: commentOf(action.comment) ?? Cell.EMPTY }, facts)];
    }
    case 'calls': {
      if (action.calls.length === 0 || action.calls.length > MAX_ACTIONS) throw refuse(`An order has 1 to ${MAX_ACTIONS} messages.`);
      return action.calls.map((call) => sendOfCall(call, on, facts));
    }
    case 'transaction':
      return sendsOf(readAction(action.bytes, on, wallet), chain, wallet, facts);
    case 'approve':
    case 'transfer_from':
      throw refuse('Tokens of this chain know no allowances.');
    default:
      throw refuse('The kind of action is not known.');
  }
}
