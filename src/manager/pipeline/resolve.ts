import { accountChain, parseAccount } from '../../core/account.ts';
import { assetChain, parseAssetId } from '../../core/asset.ts';
import type { Token } from '../../core/chain-adapter.ts';
import { parseChainId } from '../../core/chain-id.ts';
import { isCastellanError } from '../../core/errors.ts';
import type { AccountId, ChainId } from '../../core/ids.ts';
import { parseAmount } from '../../core/money.ts';
import type { Reason } from '../../core/reason.ts';
import type { ActionRequest, Narrowing, SignatureAction } from '../../core/request.ts';
import type { SignatureOrder } from '../../core/signature-order.ts';
import type { Action } from '../../core/transaction.ts';
import type { AgentRecord, Chains } from '../directory.ts';
import type { ParsedAgentRequest } from '../request.ts';
import { bodyDigestOf } from './body-digest.ts';
import { Denied } from './denied.ts';
import { type ActionFacts, readAction } from './read-action.ts';
import { readExpectation } from './read-expectation.ts';

/** A value, or why there is none. */
export type Resolved<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly reason: Reason };

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
  if (chain === undefined)
    throw new Denied(
      own.length === 0 ? 'wallet_unknown' : 'wallet_ambiguous',
      'The request names no chain and the agent has not exactly one.',
    );
  if (!chains.ids.includes(chain)) throw new Denied('chain_not_allowed', 'No adapter serves this chain.', { chain });
  return chain;
}

/** The chain that a request is for; undefined where that cannot be told, which resolving then says. */
export function chainOf(parsed: ParsedAgentRequest, agent: AgentRecord, chains: Chains): ChainId | undefined {
  try {
    return pickChain(parsed, agent, chains);
  } catch (error) {
    if (error instanceof Denied || isCastellanError(error)) return undefined;
    throw error;
  }
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

function readNarrowing(narrow: ParsedAgentRequest['narrow'], chain: ChainId, native: Token, moved: Token | null): Narrowing | null {
  if (narrow === undefined) return null;
  if (narrow.maxAmount !== undefined && moved === null)
    throw new Denied('request_malformed', 'narrow.maxAmount needs the asset that it counts in.', { field: 'narrow.maxAmount' });
  return {
    ...(narrow.maxAmount === undefined ? {} : { maxAmount: parseAmount(narrow.maxAmount, (moved ?? native).decimals) }),
    ...(narrow.maxFee === undefined ? {} : { maxFee: parseAmount(narrow.maxFee, native.decimals) }),
    ...(narrow.requireApproval === undefined ? {} : { requireApproval: narrow.requireApproval }),
    ...(narrow.allowedDestinations === undefined
      ? {}
      : { allowedDestinations: narrow.allowedDestinations.map((text) => parseAccount(text, chain)) }),
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
export function resolveRequest(input: ResolveInput): Resolved<ActionRequest<Action>> {
  return resolveAs(input, (chain, native) => readAction(input.parsed, chain, input.chains.tokens(chain), native));
}

/** The same for a request that is for a signature: what it does follows from the order alone, so nothing about it is declared. */
export function resolveSignature(input: ResolveInput, order: SignatureOrder): Resolved<ActionRequest<SignatureAction>> {
  const declared = { asset: null, amount: null, destination: null };
  return resolveAs(input, () => ({ action: { kind: 'signature', order }, type: 'signature', declared }));
}

function resolveAs<A extends Action | SignatureAction>(
  { parsed, id, tenant, agent, chains, nowMs }: ResolveInput,
  read: (chain: ChainId, native: Token) => Omit<ActionFacts, 'action'> & { readonly action: A },
): Resolved<ActionRequest<A>> {
  try {
    if (parsed.agentId !== undefined && parsed.agentId !== agent.id)
      throw new Denied('request_malformed', 'agentId is another agent’s.', { field: 'agentId' });
    if (parsed.userId !== undefined && parsed.userId !== agent.user)
      throw new Denied('request_malformed', 'userId is another user’s.', { field: 'userId' });
    const chain = pickChain(parsed, agent, chains);
    const wallet = pickWallet(parsed, agent, chain);
    const native = chains.adapter(chain).codec.nativeAsset(chain);
    const tokens = chains.tokens(chain);
    const { action, type, declared } = read(chain, native);
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
        expect: readExpectation(parsed.expect, chain, wallet, tokens),
        receivedAtMs: nowMs,
        bodyDigest: bodyDigestOf(parsed),
      },
    };
  } catch (error) {
    if (error instanceof Denied) return { ok: false, reason: error.reason };
    if (isCastellanError(error))
      return {
        ok: false,
        reason: { code: 'request_malformed', message: error.shortMessage, retryable: false, facts: { error: error.code } },
      };
    throw error;
  }
}

function withoutUndefined<T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, inner]) => inner !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };
}
