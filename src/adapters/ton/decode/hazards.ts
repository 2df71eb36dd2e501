import type { Cell } from '@ton/core';
import type { Hazard } from '../../../core/effect.ts';
import { isCastellanError } from '../../../core/errors.ts';
import type { AccountId } from '../../../core/ids.ts';
import type { Findings, Frame } from './frame.ts';
import { addUnknown, MAX_CURRENCIES } from './frame.ts';
import { readHashmap } from './hashmap.ts';

/** Width of a currency’s number. */
const CURRENCY_BITS = 32;
const PAYS_FEES_SEPARATELY = 1;
const IGNORE_ERRORS = 2;
const DESTROY = 32;
const INBOUND_VALUE = 64;
const WHOLE_BALANCE = 128;
const NAMED = PAYS_FEES_SEPARATELY | IGNORE_ERRORS | DESTROY | INBOUND_VALUE | WHOLE_BALANCE;

/** Whether the state init that goes along makes the account: its hash is the account's. */
export function makesAccount({ send: { message } }: Frame): boolean {
  return message.init !== null && message.to.endsWith(`:${message.init.hash().toString('hex')}`);
}

/** Which other currencies travel along, `<amount> of <number>`; null where the dictionary is none, or the order has too many. */
function currenciesIn(root: Cell, found: Findings): string | null {
  if (found.currencies >= MAX_CURRENCIES) return null;
  try {
    const entries = readHashmap(root, CURRENCY_BITS, MAX_CURRENCIES - found.currencies);
    found.currencies += entries.length;
    return entries
      .map(({ key, value }) => {
        const amount = value.big(value.uint(5));
        value.end();
        return `${amount} of ${key}`;
      })
      .join(', ');
  } catch (error) {
    if (!isCastellanError(error)) throw error;
    // Nobody knows how far the reading came: it counts as if it had come to the end.
    found.currencies = MAX_CURRENCIES;
    return null;
  }
}

/** Adds the ways in which this send is known to lose money. */
export function addHazards(frame: Frame, found: Findings): void {
  const { message, mode } = frame.send;
  const add = (account: AccountId, hazard: Hazard, detail: string): void => {
    found.effects.push({ kind: 'hazard', account, hazard, detail, leaf: frame.leaf, source: 'bytes' });
  };
  if ((mode & WHOLE_BALANCE) !== 0) add(frame.sender, 'carries_whole_balance', `send mode ${mode} carries the whole balance`);
  if ((mode & INBOUND_VALUE) !== 0) add(frame.sender, 'carries_inbound_value', `send mode ${mode} carries the inbound value`);
  if ((mode & DESTROY) !== 0) add(frame.sender, 'destroys_account', `send mode ${mode} destroys the emptied account`);
  if ((mode & ~NAMED) !== 0) add(frame.sender, 'unusual_send_mode', `send mode ${mode} has bits that no payment has`);
  if (message.currencies !== null) {
    const said = currenciesIn(message.currencies, found);
    add(frame.sender, 'extra_currency', `another currency travels along: ${said ?? 'nobody can say which'}`);
    if (said === null)
      addUnknown(found, frame.leaf, { contract: message.to, selector: null, detail: 'other currencies that cannot be read' });
  }
  const state = frame.facts.get(message.to)?.state;
  if (state === 'empty' && message.bounce && !makesAccount(frame)) {
    add(message.to, 'bounces_off_empty_account', 'a bounceable message to an account that does not exist yet');
  }
  if ((state === 'contract' || state === 'frozen') && !message.bounce)
    add(message.to, 'no_bounce_from_contract', `a message to a ${state === 'frozen' ? 'frozen account' : 'contract'} that cannot bounce`);
}
