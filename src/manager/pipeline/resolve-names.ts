import { isCastellanError } from '../../core/errors.ts';
import type { AccountId, ChainId } from '../../core/ids.ts';
import type { Reason, ReasonCode } from '../../core/reason.ts';
import type { ResolvedName } from '../../core/request.ts';
import type { Chains } from '../directory.ts';
import type { ParsedAgentRequest } from '../request.ts';
import type { Resolved } from './resolve.ts';

/** A request whose names have become accounts, and which account each of them became. */
export interface Named {
  readonly parsed: ParsedAgentRequest;
  readonly names: readonly ResolvedName[];
}

/** Fields in which people write a name instead of an address. */
const FIELDS = ['to', 'destination', 'spender', 'from'] as const;

/** No address of any chain has a full stop; every name has one. */
const isName = (text: string | undefined): text is string => text?.includes('.') === true && !text.includes(':');

const no = (code: ReasonCode, message: string, name: string, retryable: boolean): { readonly ok: false; readonly reason: Reason } => ({
  ok: false,
  reason: { code, message, retryable, facts: { name: name.slice(0, 255) } },
});

/** The names that a request is written with, each once. */
function namesIn(parsed: ParsedAgentRequest): readonly string[] {
  const written = [...FIELDS.map((field) => parsed[field]), ...(parsed.calls ?? []).map(({ to }) => to)];
  return [...new Set(written.filter(isName))];
}

/**
 * Puts accounts in the place of names (ENS, TON DNS), by the chain's own word at this moment. The decision shows both, and
 * whatever is approved is approved for the account.
 *
 * Fails closed: a name that nobody holds, that the chain cannot be asked about, or that could be taken for another one denies.
 */
export async function resolveNames(parsed: ParsedAgentRequest, chain: ChainId | undefined, chains: Chains): Promise<Resolved<Named>> {
  const written = namesIn(parsed);
  if (written.length === 0) return { ok: true, value: { parsed, names: [] } };
  const node = chain === undefined ? undefined : chains.node(chain);
  const accounts = new Map<string, AccountId>();
  for (const name of written) {
    if (node?.resolveName === undefined) return no('name_unresolved', 'The chain has no names: give the address.', name, false);
    try {
      const account = await node.resolveName(name);
      if (account === null) return no('name_unresolved', 'Nobody holds this name, or it stands for no account.', name, false);
      accounts.set(name, account);
    } catch (error) {
      if (!isCastellanError(error)) throw error;
      if (error.code === 'NAME_INVALID')
        return no(error.details['reason'] === 'no_registry' ? 'name_unresolved' : 'name_misleading', error.shortMessage, name, false);
      return no('chain_unavailable', error.shortMessage, name, error.retryable);
    }
  }
  const resolved = (text: string): string => accounts.get(text) ?? text;
  const fields = Object.fromEntries(FIELDS.flatMap((field) => (parsed[field] === undefined ? [] : [[field, resolved(parsed[field])]])));
  const calls = parsed.calls?.map((call) => ({ ...call, to: resolved(call.to) }));
  return {
    ok: true,
    value: {
      parsed: { ...parsed, ...fields, ...(calls === undefined ? {} : { calls }) },
      names: [...accounts].map(([name, account]) => ({ name, account })),
    },
  };
}
