import { Cell } from '@ton/core';
import { CastellanError, isCastellanError } from '../../core/errors.ts';
import type { AccountId, ChainId } from '../../core/ids.ts';
import type { Call } from '../../core/transaction.ts';
import { addressOf } from './address.ts';
import { readBoc, writeBoc } from './boc.ts';
import type { Facts } from './decode/frame.ts';
import type { Send } from './out-list.ts';
import { bodyNeedsRef, MAX_COINS, readStateInit } from './out-message.ts';

/** PAY_GAS_SEPARATELY + IGNORE_ERRORS: what wallets send with. */
export const DEFAULT_MODE = 3;
const MODE = /^(?:0|[1-9][0-9]{0,2})$/;
const TERMS: ReadonlySet<string> = new Set(['mode', 'bounce', 'init', 'currencies', 'initIn', 'bodyIn']);

function refuse(message: string): CastellanError {
  return new CastellanError('REQUEST_INVALID', { message });
}

/** Whether a message to `to` is to bounce where nobody says: always, but off an account that does not exist yet. */
export function bounceOf(to: AccountId, facts: Facts): boolean {
  return facts.get(to)?.state !== 'empty';
}

const base64 = (cell: Cell): string => Buffer.from(writeBoc(cell)).toString('base64');

function cellOf(bytes: Uint8Array, what: string): Cell {
  try {
    return readBoc(bytes);
  } catch (cause) {
    if (!isCastellanError(cause)) throw cause;
    throw new CastellanError('REQUEST_INVALID', { message: `The ${what} is no canonical bag of cells.`, details: cause.details, cause });
  }
}

function cellOfText(text: string | undefined, what: string): Cell | null {
  if (text === undefined) return null;
  const bytes = Buffer.from(text, 'base64');
  if (bytes.toString('base64') !== text) throw refuse(`The ${what} is no base64.`);
  return cellOf(new Uint8Array(bytes), what);
}

function initOf(text: string | undefined): Cell | null {
  const cell = cellOfText(text, 'state init');
  if (cell === null) return null;
  try {
    return readStateInit(cell);
  } catch (cause) {
    throw new CastellanError('REQUEST_INVALID', { message: 'The state init is more than code and data.', cause });
  }
}

function modeOf(text: string | undefined): number {
  if (text === undefined) return DEFAULT_MODE;
  if (!MODE.test(text) || Number(text) > 255) throw refuse('The send mode is a whole number from 0 to 255.');
  return Number(text);
}

/** One of two words, or neither. */
function choice(text: string | undefined, yes: string, no: string, otherwise: boolean, term: string): boolean {
  if (text === undefined) return otherwise;
  if (text !== yes && text !== no) throw refuse(`The term ${term} is ${yes} or ${no}.`);
  return text === yes;
}

/**
 * The send that a call comes to. Its `data` is the body as a bag of cells, nothing for an empty one. `terms`, each optional:
 *
 * | term | default | |
 * | --- | --- | --- |
 * | `mode` | `3` | send mode |
 * | `bounce` | `false` for an account that does not exist yet, else `true` | |
 * | `init` | none | state init as base64 of a bag of cells |
 * | `currencies` | none | dictionary of other currencies, likewise |
 * | `initIn`, `bodyIn` | `cell` where there is room | `ref` or `cell`: how the parts are packed |
 * @throws REQUEST_INVALID
 */
export function sendOfCall(call: Call, chain: ChainId, facts: Facts): Send {
  addressOf(call.to, chain);
  const terms = call.terms ?? {};
  for (const name of Object.keys(terms)) if (!TERMS.has(name)) throw refuse('A term of the call is not known.');
  if (typeof call.value !== 'bigint' || call.value < 0n || call.value > MAX_COINS) throw refuse('The value is outside 0 … 2^120 − 1.');
  if (!(call.data instanceof Uint8Array)) throw refuse('The body is no bytes.');
  const body = call.data.length === 0 ? Cell.EMPTY : cellOf(call.data, 'body');
  const init = initOf(terms['init']);
  const initInRef = choice(terms['initIn'], 'ref', 'cell', false, 'initIn') && init !== null;
  const message = {
    to: call.to,
    value: call.value,
    bounce: choice(terms['bounce'], 'true', 'false', bounceOf(call.to, facts), 'bounce'),
    body,
    init,
    currencies: cellOfText(terms['currencies'], 'dictionary of currencies'),
    initInRef,
  };
  const mustRef = bodyNeedsRef(message);
  const bodyInRef = choice(terms['bodyIn'], 'ref', 'cell', mustRef, 'bodyIn');
  if (mustRef && !bodyInRef) throw refuse('The body does not fit beside the rest of the message.');
  return { mode: modeOf(terms['mode']), message: { ...message, bodyInRef } };
}

/** The call that a send is, with terms only where {@link sendOfCall} would choose otherwise. */
export function callOfSend({ mode, message }: Send, facts: Facts): Call {
  const { to, value, bounce, body, init, currencies, initInRef, bodyInRef } = message;
  const terms: Record<string, string> = {};
  if (mode !== DEFAULT_MODE) terms['mode'] = String(mode);
  if (bounce !== bounceOf(to, facts)) terms['bounce'] = String(bounce);
  if (init !== null) terms['init'] = base64(init);
  if (currencies !== null) terms['currencies'] = base64(currencies);
  if (initInRef) terms['initIn'] = 'ref';
  if (bodyInRef !== bodyNeedsRef(message)) terms['bodyIn'] = bodyInRef ? 'ref' : 'cell';
  const isEmpty = body.bits.length === 0 && body.refs.length === 0;
  const call = { to, value, data: isEmpty ? new Uint8Array(0) : writeBoc(body) };
  return Object.keys(terms).length === 0 ? call : { ...call, terms };
}
