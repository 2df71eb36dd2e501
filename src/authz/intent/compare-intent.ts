import { compareDecimals, type Decimal, formatDecimal } from '../policy/language/decimal.ts';
import { derivable } from './derivable.ts';
import { type Evidence, isUntrusted } from './evidence.ts';
import type { IntentAction, IntentDirection, IntentProduct } from './lexicon.ts';
import { heldTerms } from './parse-intent.ts';
import type { ParsedIntent } from './parsed-intent.ts';

/** What an action comes to, told in the terms of an intent. */
export interface ActionFacts {
  /** Everything that it does; empty where nothing of it is known. */
  readonly actions: readonly IntentAction[];
  /** True where it also calls what only a simulation can fathom: how a trade or a stake is done. */
  readonly isOpaque: boolean;
  readonly direction: IntentDirection | null;
  readonly products: readonly IntentProduct[];
  /** Assets by the symbol that people write, in capitals, and the side they move to; null where it does not show. */
  readonly assets: readonly { readonly symbol: string; readonly side: 'in' | 'out' | null }[];
  /** Amounts that leave or are asked for, in whole units of the asset; a null symbol is any. */
  readonly amounts: readonly { readonly amount: Decimal; readonly symbol: string | null }[];
  /** Accounts, pools and services that it goes to, as written. */
  readonly parties: readonly string[];
}

/** One field of the words held against the action. */
export interface IntentFinding {
  readonly field: 'text' | 'action' | 'product' | 'direction' | 'asset' | 'amount' | 'recipient';
  /** The words say otherwise; leave it open; say the same. */
  readonly outcome: 'contradiction' | 'gap' | 'match';
  /** True where the words say it plainly, not by what they mention or refer to. */
  readonly isPlain: boolean;
  readonly said: string;
  readonly done: string;
}

type Tell = (field: IntentFinding['field'], outcome: IntentFinding['outcome'], isPlain: boolean, said: string, done: string) => void;

/**
 * Holds the words against the action, field by field. What they leave open may be said by content that they refer to; content
 * that is not trusted fills no gap, and what it alone says contradicts them. No finding ever allows anything.
 */
export function compareIntent(parsed: ParsedIntent, facts: ActionFacts, evidence: Evidence): readonly IntentFinding[] {
  const found: IntentFinding[] = [];
  const tell: Tell = (field, outcome, isPlain, said, done) => void found.push({ field, outcome, isPlain, said, done });
  if (!parsed.isWhole || parsed.traits.length > 0) tell('text', 'gap', true, parsed.isWhole ? parsed.traits.join(' ') : 'too long', '');
  compareActions(parsed, facts, tell);
  compareProducts(parsed, facts, tell);
  compareDirection(parsed, facts, evidence, tell);
  for (const asset of facts.assets) compareAsset(parsed, asset, facts.isOpaque, evidence, tell);
  for (const amount of facts.amounts) compareAmount(parsed, amount, facts.isOpaque, evidence, tell);
  for (const party of facts.parties) compareParty(parsed, party, evidence, tell);
  return found;
}

function compareActions(parsed: ParsedIntent, { actions, isOpaque }: ActionFacts, tell: Tell): void {
  const terms = heldTerms(parsed.actions);
  const held = terms.flatMap(({ value }) => value.any);
  const isPlain = terms.some(({ value, certainty }) => value.isVerb && certainty === 'plain');
  const said = held.join(' ');
  const done = actions.join(' ');
  if (held.length === 0) tell('action', 'gap', false, said, done);
  else if (actions.length === 0) tell('action', isOpaque ? 'gap' : 'contradiction', false, said, done);
  else tell('action', actions.every((action) => held.includes(action)) ? 'match' : 'contradiction', isPlain, said, done);
}

function compareProducts(parsed: ParsedIntent, { products }: ActionFacts, tell: Tell): void {
  if (products.length === 0 || parsed.products.length === 0) return;
  // Something else may be asked for than the trade that is spoken of, unless nothing else is.
  const isRepeat = [...parsed.actions, ...parsed.directions].every(({ certainty }) => certainty === 'told');
  const said = parsed.products.filter(({ certainty }) => isRepeat || certainty === 'plain').map(({ value }) => value);
  if (said.length === 0) return;
  tell(
    'product',
    products.some((product) => said.includes(product)) ? 'match' : 'contradiction',
    !isRepeat,
    said.join(' '),
    products.join(' '),
  );
}

function compareDirection(parsed: ParsedIntent, { direction, assets }: ActionFacts, { trustedFields }: Evidence, tell: Tell): void {
  if (direction === null) return;
  const terms = heldTerms(parsed.directions);
  let said: ReadonlySet<string> = new Set(terms.map(({ value }) => value));
  // `exchange 2 ETH for …` sells what goes out.
  const sides = parsed.assets.filter(({ value }) => assets.some(({ symbol }) => symbol === value.symbol)).map(({ value }) => value.side);
  if (said.size === 0) said = new Set(sides.flatMap((side) => (side === null ? [] : [side === 'in' ? 'buy' : 'sell'])));
  if (said.size === 0 && parsed.refersTo === 'file') said = new Set(trustedFields.flatMap(([name, value]) => fieldDirection(name, value)));
  const isPlain = terms.some(({ certainty }) => certainty === 'plain');
  // Both, or neither: it stays open which.
  tell('direction', said.size !== 1 ? 'gap' : said.has(direction) ? 'match' : 'contradiction', isPlain, [...said].join(' '), direction);
}

const WAYS: ReadonlyMap<string, IntentDirection> = new Map([
  ['buy', 'buy'],
  ['long', 'buy'],
  ['sell', 'sell'],
  ['short', 'sell'],
]);

function fieldDirection(name: string, value: string): readonly IntentDirection[] {
  const way = name === 'direction' || name === 'position' || name === 'side' ? WAYS.get(value) : undefined;
  return way === undefined ? [] : [way];
}

function compareAsset(
  parsed: ParsedIntent,
  { symbol, side }: ActionFacts['assets'][number],
  isOpaque: boolean,
  evidence: Evidence,
  tell: Tell,
): void {
  const said = parsed.assets.map(({ value }) => value.symbol).join(' ');
  const named = parsed.assets.filter(({ value }) => value.symbol === symbol);
  if (named.length > 0) {
    const isTurned = side !== null && named.every(({ value }) => value.side !== null && value.side !== side);
    tell('asset', isTurned ? 'contradiction' : 'match', true, said, symbol);
  } else if (parsed.assets.length > 0) {
    const isPlain = parsed.assets.some(({ certainty }) => certainty === 'plain');
    tell('asset', 'contradiction', isPlain && !isOpaque && side !== 'in', said, symbol);
  } else tellSayer('asset', symbol, evidence, tell);
}

function compareAmount(
  parsed: ParsedIntent,
  { amount, symbol }: ActionFacts['amounts'][number],
  isOpaque: boolean,
  evidence: Evidence,
  tell: Tell,
): void {
  const done = formatDecimal(amount);
  const said = parsed.amounts.filter(
    ({ value }) => value.role === 'amount' && (value.symbol === symbol || value.symbol === null || symbol === null),
  );
  const told = said.map(({ value }) => (value.amount === null ? '?' : formatDecimal(value.amount))).join(' ');
  const isPlain = symbol !== null && said.some(({ value }) => value.symbol === symbol);
  const fits = (one: Decimal | null): boolean =>
    one !== null && (isOpaque ? compareDecimals(one, amount) >= 0 : compareDecimals(one, amount) === 0);
  // Whoever asks for an action asks for more than nothing.
  if (amount.digits === 0n && parsed.actions.length > 0 && !said.some(({ value }) => value.amount?.digits === 0n))
    return tell('amount', 'contradiction', isPlain, told, done);
  if (said.some(({ value }) => fits(value.amount))) return tell('amount', 'match', isPlain, told, done);
  if (said.some(({ value }) => value.amount === null)) return tell('amount', 'gap', isPlain, told, done);
  if (said.length > 0 && !parsed.isDerived && (isPlain || parsed.refersTo === null))
    return tell('amount', 'contradiction', isPlain, told, done);
  const own = parsed.amounts.flatMap(({ value }) => value.amount ?? []);
  if (derivable(amount, [...own, ...evidence.trustedNumbers], own)) return tell('amount', 'match', false, told, done);
  const sayer = evidence.sayerOfNumber(amount);
  tell('amount', sayer !== null && isUntrusted(sayer) ? 'contradiction' : 'gap', false, told, done);
}

function compareParty(parsed: ParsedIntent, party: string, evidence: Evidence, tell: Tell): void {
  const said = parsed.recipients.map(({ value }) => value);
  if (said.some((name) => name.toLowerCase() === party.toLowerCase())) tell('recipient', 'match', true, said.join(' '), party);
  else tellSayer('recipient', party, evidence, tell);
}

function tellSayer(field: 'asset' | 'recipient', name: string, evidence: Evidence, tell: Tell): void {
  const sayer = evidence.sayerOf(name);
  tell(field, sayer === null ? 'gap' : isUntrusted(sayer) ? 'contradiction' : 'match', false, sayer ?? '', name);
}
