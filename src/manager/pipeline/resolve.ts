import { accountChain, parseAccount } from '../../core/account.ts';
import { assetChain, parseAssetId } from '../../core/asset.ts';
import { canonicalize } from '../../core/canonical.ts';
import type { Token } from '../../core/chain-adapter.ts';
import { parseChainId } from '../../core/chain-id.ts';
import { fromHex, taggedDigest, toHex } from '../../core/digest.ts';
import { isCastellanError } from '../../core/errors.ts';
import type { AccountId, ChainId, Digest } from '../../core/ids.ts';
import { parseAmount } from '../../core/money.ts';
import type { Reason, ReasonCode } from '../../core/reason.ts';
import type { ActionRequest, Narrowing } from '../../core/request.ts';
import type { Action, Call } from '../../core/transaction.ts';
import type { AgentRecord, Chains } from '../directory.ts';
import type { ParsedAgentRequest } from '../request.ts';

/** A value, or why there is none. */
export type Resolved<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly reason: Reason };

/** Carries a denial out of nested parsing; never leaves this module. */
class Denied extends Error {
  readonly reason: Reason;
  constructor(code: ReasonCode, message: string, facts?: Record<string, string>) {
    super(message);
    this.reason = { code, message, retryable: false, ...(facts === undefined ? {} : { facts }) };
  }
}

/** Digest of a request's body: everything but its id and timestamp, and the exact bytes where the caller fixed them. */
export function bodyDigestOf(parsed: ParsedAgentRequest, exact?: Uint8Array): Digest {
  const { id: _id, timestamp: _timestamp, agentId: _agent, userId: _user, ...body } = parsed;
  const plain = (value: unknown): unknown => {
    if (value instanceof Uint8Array) return toHex(value);
    if (Array.isArray(value)) return value.map(plain);
    if (typeof value === 'object' && value !== null) return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]));
    return value;
  };
  return taggedDigest('castellan.body.v1', canonicalize(plain(exact === undefined ? body : { ...body, exact })));
}

function toBytes(value: string | Uint8Array | undefined): Uint8Array {
  if (value === undefined) return new Uint8Array();
  return typeof value === 'string' ? fromHex(value.startsWith('0x') ? value.slice(2) : value) : value;
}

function pickToken(text: string, tokens: readonly Token[]): Token {
  if (text.includes('/')) {
    const asset = parseAssetId(text);
    const known = tokens.find((token) => token.asset === asset);
    if (known === undefined) throw new Denied('asset_unknown', 'The asset is not on the token list.', { asset });
    return known;
  }
  const matches = tokens.filter((token) => token.symbol === text);
  const [only] = matches;
  if (only === undefined) throw new Denied('asset_unknown', 'No token on the list has this symbol.', { symbol: text.slice(0, 32) });
  if (matches.length > 1) throw new Denied('asset_ambiguous', 'Several tokens on the list share this symbol: name the asset id.', { symbol: text.slice(0, 32) });
  return only;
}

function pickChain(parsed: ParsedAgentRequest, agent: AgentRecord, chains: Chains): ChainId {
  const named = parsed.asset ?? parsed.currency;
  const own = [...new Set(agent.wallets.map(accountChain))].filter((chain) => chains.ids.includes(chain));
  let chain: ChainId | undefined;
  if (parsed.chain !== undefined) chain = parseChainId(parsed.chain);
  else if (named?.includes('/')) chain = assetChain(parseAssetId(named));
  else if (named !== undefined && own.length > 1) {
    const having = own.filter((id) => chains.tokens(id).some((token) => token.symbol === named));
    if (having.length > 1) throw new Denied('asset_ambiguous', 'Several chains of this agent have this symbol: name the chain.');
    chain = having[0];
  } else chain = own.length === 1 ? own[0] : undefined;
  if (chain === undefined) throw new Denied(own.length === 0 ? 'wallet_unknown' : 'wallet_ambiguous', 'The request names no chain and the agent has not exactly one.');
  if (!chains.ids.includes(chain)) throw new Denied('chain_not_allowed', 'No adapter serves this chain.', { chain });
  return chain;
}

function pickWallet(parsed: ParsedAgentRequest, agent: AgentRecord, chain: ChainId): AccountId {
  const own = agent.wallets.filter((account) => accountChain(account) === chain);
  if (parsed.wallet !== undefined) {
    const wallet = parseAccount(parsed.wallet, chain);
    if (!own.includes(wallet)) throw new Denied('agent_not_wallet_owner', 'The wallet is not this agent’s.', { wallet });
    return wallet;
  }
  const [only] = own;
  if (only === undefined) throw new Denied('wallet_unknown', 'The agent has no wallet on this chain.', { chain });
  if (own.length > 1) throw new Denied('wallet_ambiguous', 'The agent has several wallets on this chain: name one.', { chain });
  return only;
}

function required<T>(value: T | undefined, field: string): T {
  if (value === undefined) throw new Denied('request_malformed', `The request needs the field ${field}.`, { field });
  return value;
}

interface ActionFacts {
  readonly action: Action;
  readonly type: string;
  readonly declared: ActionRequest['declared'];
}

type Form = 'transaction' | 'calls' | 'data' | 'spender' | 'transfer';

/** Fields that a form has no use for: one that is given all the same means something that would be ignored. */
const NO_USE: Readonly<Record<Form, readonly (keyof ParsedAgentRequest)[]>> = {
  transaction: ['from', 'value'],
  calls: ['from', 'value'],
  data: ['from'],
  spender: ['from', 'value', 'to', 'destination'],
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

function readAction(parsed: ParsedAgentRequest, chain: ChainId, tokens: readonly Token[], native: Token): ActionFacts {
  const form = formOf(parsed);
  const toText = parsed.to ?? parsed.destination;
  if (parsed.to !== undefined && parsed.destination !== undefined && parseAccount(parsed.to, chain) !== parseAccount(parsed.destination, chain)) {
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
    return { action: { kind: 'transaction', bytes: toBytes(parsed.transaction) }, type: parsed.type ?? 'transaction', declared: declared(token ?? (parsed.amount === undefined ? null : native)) };
  }
  if (parsed.calls !== undefined) {
    const calls: Call[] = parsed.calls.map((call) => ({ to: parseAccount(call.to, chain), value: nativeValue(call.value), data: toBytes(call.data) }));
    if (calls.length === 0) throw new Denied('request_malformed', 'calls is empty.');
    return { action: { kind: 'calls', calls }, type: parsed.type ?? 'contract_call', declared: declared(token) };
  }
  if (form === 'data') {
    const call: Call = { to: required(to ?? undefined, 'to'), value: nativeValue(parsed.value), data: toBytes(parsed.data) };
    return { action: { kind: 'calls', calls: [call] }, type: parsed.type ?? 'contract_call', declared: { ...declared(token), destination: null } };
  }
  const asset = required(token ?? undefined, 'asset');
  if (parsed.spender !== undefined) {
    const spender = parseAccount(parsed.spender, chain);
    const amount = parsed.amount === 'unlimited' ? 'unlimited' : amountOf(asset);
    return { action: { kind: 'approve', asset: asset.asset, amount, spender }, type: parsed.type ?? 'approve', declared: { ...declared(asset), destination: spender } };
  }
  const amount = amountOf(asset);
  if (amount === 0n) throw new Denied('request_malformed', 'The amount is zero.', { field: 'amount' });
  const recipient = required(to ?? undefined, 'to');
  const action: Action =
    parsed.from === undefined
      ? { kind: 'transfer', asset: asset.asset, amount, to: recipient }
      : { kind: 'transfer_from', asset: asset.asset, amount, from: parseAccount(parsed.from, chain), to: recipient };
  return { action, type: parsed.type ?? 'transfer', declared: declared(asset) };
}

function readNarrowing(narrow: ParsedAgentRequest['narrow'], chain: ChainId, native: Token, moved: Token | null): Narrowing | null {
  if (narrow === undefined) return null;
  if (narrow.maxAmount !== undefined && moved === null) throw new Denied('request_malformed', 'narrow.maxAmount needs the asset that it counts in.', { field: 'narrow.maxAmount' });
  return {
    ...(narrow.maxAmount === undefined ? {} : { maxAmount: parseAmount(narrow.maxAmount, (moved ?? native).decimals) }),
    ...(narrow.maxFee === undefined ? {} : { maxFee: parseAmount(narrow.maxFee, native.decimals) }),
    ...(narrow.requireApproval === undefined ? {} : { requireApproval: narrow.requireApproval }),
    ...(narrow.allowedDestinations === undefined ? {} : { allowedDestinations: narrow.allowedDestinations.map((text) => parseAccount(text, chain)) }),
  };
}

/** What resolving needs of the manager's own records. */
export interface ResolveInput {
  readonly parsed: ParsedAgentRequest;
  readonly id: string;
  readonly tenant: string;
  readonly agent: AgentRecord;
  readonly chains: Chains;
  readonly nowMs: number;
}

/**
 * Turns a parsed request into exact terms: chain and wallet from our own records, asset through the token list, amounts
 * in base units. Anything odd is a denial with a reason; nothing is guessed.
 */
export function resolveRequest({ parsed, id, tenant, agent, chains, nowMs }: ResolveInput): Resolved<ActionRequest> {
  try {
    if (parsed.agentId !== undefined && parsed.agentId !== agent.id) throw new Denied('request_malformed', 'agentId is another agent’s.', { field: 'agentId' });
    if (parsed.userId !== undefined && parsed.userId !== agent.user) throw new Denied('request_malformed', 'userId is another user’s.', { field: 'userId' });
    const chain = pickChain(parsed, agent, chains);
    const wallet = pickWallet(parsed, agent, chain);
    const native = chains.adapter(chain).codec.nativeAsset(chain);
    const tokens = chains.tokens(chain);
    const { action, type, declared } = readAction(parsed, chain, tokens, native);
    const moved = tokens.find((token) => token.asset === declared.asset) ?? null;
    return {
      ok: true,
      value: {
        id,
        tenant,
        agentId: agent.id,
        userId: agent.user,
        wallet,
        chain,
        type,
        action,
        declared,
        context: parsed.context === undefined ? {} : withoutUndefined(parsed.context),
        feeCeiling: parsed.maxFee === undefined ? null : parseAmount(parsed.maxFee, native.decimals),
        notAfterMs: parsed.notAfter ?? null,
        narrow: readNarrowing(parsed.narrow, chain, native, moved),
        receivedAtMs: nowMs,
        bodyDigest: bodyDigestOf(parsed),
      },
    };
  } catch (error) {
    if (error instanceof Denied) return { ok: false, reason: error.reason };
    if (isCastellanError(error)) return { ok: false, reason: { code: 'request_malformed', message: error.shortMessage, retryable: false, facts: { error: error.code } } };
    throw error;
  }
}

function withoutUndefined<T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, inner]) => inner !== undefined)) as { [K in keyof T]: Exclude<T[K], undefined> };
}
