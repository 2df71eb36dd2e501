import { parseAccount } from '../../core/account.ts';
import { parseAssetId } from '../../core/asset.ts';
import type { Token } from '../../core/chain-adapter.ts';
import { fromHex } from '../../core/digest.ts';
import type { ChainId } from '../../core/ids.ts';
import { parseAmount } from '../../core/money.ts';
import type { ActionRequest } from '../../core/request.ts';
import type { Action, Call } from '../../core/transaction.ts';
import type { ParsedAgentRequest } from '../request.ts';
import { Denied, required } from './denied.ts';

function toBytes(value: string | Uint8Array | undefined): Uint8Array {
  if (value === undefined) return new Uint8Array();
  return typeof value === 'string' ? fromHex(value.startsWith('0x') ? value.slice(2) : value) : value;
}

/** The one token on the list that a symbol or asset id names. @throws Denied, CastellanError */
export function pickToken(text: string, tokens: readonly Token[]): Token {
  if (text.includes('/')) {
    const asset = parseAssetId(text);
    const known = tokens.find((token) => token.asset === asset);
    if (known === undefined) throw new Denied('asset_unknown', 'The asset is not on the token list.', { asset });
    return known;
  }
  const matches = tokens.filter((token) => token.symbol === text);
  const [only] = matches;
  if (only === undefined) throw new Denied('asset_unknown', 'No token on the list has this symbol.', { symbol: text.slice(0, 32) });
  if (matches.length > 1)
    throw new Denied('asset_ambiguous', 'Several tokens on the list share this symbol: name the asset id.', { symbol: text.slice(0, 32) });
  return only;
}

/** What a request asks for, and what it says about that. */
export interface ActionFacts {
  readonly action: Action;
  readonly type: string;
  readonly declared: ActionRequest['declared'];
}

type Form = 'transaction' | 'calls' | 'data' | 'spender' | 'transfer';

/** Fields that a form has no use for: one that is given all the same means something that would be ignored. */
const NO_USE: Readonly<Record<Form, readonly (keyof ParsedAgentRequest)[]>> = {
  transaction: ['from', 'value', 'comment'],
  calls: ['from', 'value', 'comment'],
  data: ['from', 'comment'],
  spender: ['from', 'value', 'to', 'destination', 'comment'],
  transfer: ['value'],
};

function formOf(parsed: ParsedAgentRequest): Form {
  const given = (['transaction', 'calls', 'data', 'spender'] as const).filter((form) => parsed[form] !== undefined);
  if (given.length > 1) throw new Denied('request_malformed', 'Give one of transaction, calls, data or spender.');
  const form = given[0] ?? (parsed.type === 'contract_call' ? 'data' : 'transfer');
  const idle = NO_USE[form].find((field) => parsed[field] !== undefined);
  if (idle !== undefined) throw new Denied('request_malformed', `The field ${idle} has no meaning here.`, { field: idle });
  return form;
}

/** The asset that the request names, by either name. */
function namedToken({ asset, currency }: ParsedAgentRequest, tokens: readonly Token[]): Token | null {
  const [first = null, second = first] = [asset, currency].filter((name) => name !== undefined).map((name) => pickToken(name, tokens));
  if (first?.asset !== second?.asset) throw new Denied('request_malformed', 'asset and currency name different assets.');
  return first;
}

/** Reads what a request asks for, in base units. Fields that contradict each other, or mean nothing here, deny. @throws Denied, CastellanError */
export function readAction(parsed: ParsedAgentRequest, chain: ChainId, tokens: readonly Token[], native: Token): ActionFacts {
  const form = formOf(parsed);
  const toText = parsed.to ?? parsed.destination;
  if (
    parsed.to !== undefined &&
    parsed.destination !== undefined &&
    parseAccount(parsed.to, chain) !== parseAccount(parsed.destination, chain)
  ) {
    throw new Denied('request_malformed', 'to and destination name different accounts.');
  }
  const to = toText === undefined ? null : parseAccount(toText, chain);
  const token = namedToken(parsed, tokens);
  const amountOf = (of: Token): bigint => parseAmount(required(parsed.amount, 'amount'), of.decimals);
  const declared = (of: Token | null): ActionRequest['declared'] => ({
    asset: of?.asset ?? null,
    amount: parsed.amount === undefined || of === null ? null : parsed.amount === 'unlimited' ? 'unlimited' : amountOf(of).toString(),
    destination: to,
  });
  const nativeValue = (text: string | undefined): bigint => (text === undefined ? 0n : parseAmount(text, native.decimals));
  if (parsed.transaction !== undefined) {
    return {
      action: { kind: 'transaction', bytes: toBytes(parsed.transaction) },
      type: parsed.type ?? 'transaction',
      declared: declared(token ?? (parsed.amount === undefined ? null : native)),
    };
  }
  if (parsed.calls !== undefined) {
    const calls: Call[] = parsed.calls.map((call) => ({
      to: parseAccount(call.to, chain),
      value: nativeValue(call.value),
      data: toBytes(call.data),
      ...(call.terms === undefined ? {} : { terms: call.terms }),
    }));
    if (calls.length === 0) throw new Denied('request_malformed', 'calls is empty.');
    return { action: { kind: 'calls', calls }, type: parsed.type ?? 'contract_call', declared: declared(token) };
  }
  if (form === 'data') {
    const call: Call = { to: required(to ?? undefined, 'to'), value: nativeValue(parsed.value), data: toBytes(parsed.data) };
    return {
      action: { kind: 'calls', calls: [call] },
      type: parsed.type ?? 'contract_call',
      declared: { ...declared(token), destination: null },
    };
  }
  const asset = required(token ?? undefined, 'asset');
  if (parsed.spender !== undefined) {
    const spender = parseAccount(parsed.spender, chain);
    const amount = parsed.amount === 'unlimited' ? 'unlimited' : amountOf(asset);
    return {
      action: { kind: 'approve', asset: asset.asset, amount, spender },
      type: parsed.type ?? 'approve',
      declared: { ...declared(asset), destination: spender },
    };
  }
  const amount = amountOf(asset);
  if (amount === 0n) throw new Denied('request_malformed', 'The amount is zero.', { field: 'amount' });
  const recipient = required(to ?? undefined, 'to');
  if (parsed.from !== undefined && parsed.comment !== undefined)
    throw new Denied('request_malformed', 'What is taken from somebody else carries no comment.', { field: 'comment' });
  const comment = parsed.comment === undefined ? {} : { comment: parsed.comment };
  const action: Action =
    parsed.from === undefined
      ? { kind: 'transfer', asset: asset.asset, amount, to: recipient, ...comment }
      : { kind: 'transfer_from', asset: asset.asset, amount, from: parseAccount(parsed.from, chain), to: recipient };
  return { action, type: parsed.type ?? 'transfer', declared: declared(asset) };
}
