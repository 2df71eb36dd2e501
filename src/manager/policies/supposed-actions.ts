import { type CompiledPolicy, conditionsOf } from '../../authz/index.ts';
import { accountChain } from '../../core/account.ts';
import { nativeAssetId } from '../../core/asset.ts';
import type { Token } from '../../core/chain-adapter.ts';
import type { Capability, Effect, purposeOf } from '../../core/effect.ts';
import type { AccountId } from '../../core/ids.ts';
import { parseAmount } from '../../core/money.ts';
import { Denied } from '../pipeline/denied.ts';
import type { CapabilityFacts } from './capability-facts.ts';

/** What an action that fits the facts would do. */
export interface SupposedAction {
  readonly effects: readonly Effect[];
  readonly asset: string | null;
  readonly amount: string | null;
}

/** Actions looked at for one question; beyond it the question has to name the contract. */
const MAX_ACTIONS = 64;

interface Callee {
  readonly contract: AccountId;
  readonly selector: string | null;
}

/** The listed contracts that a call of this capability can go to: an unlisted one is of no capability but `contracts`. */
function calleesOf(capability: Capability, facts: CapabilityFacts, policy: CompiledPolicy, nowMs: number): readonly Callee[] {
  const { contract, selector, chain } = facts;
  const found: Callee[] = [];
  for (const [account, entries] of policy.contracts) {
    if (accountChain(account) !== chain || (contract !== null && contract !== account)) continue;
    for (const entry of entries) {
      const isOver = entry.expiresAtMs !== null && nowMs >= entry.expiresAtMs;
      if ((entry.capability ?? 'contracts') !== capability || isOver) continue;
      const selectors = selector !== null || entry.selectors === null ? [selector] : [...entry.selectors];
      for (const own of selectors) found.push({ contract: account, selector: own });
    }
  }
  if (found.length === 0 && contract !== null) return [{ contract, selector }];
  if (found.length === 0) throw new Denied('contract_not_allowed', `No contract is listed for ${capability}.`);
  if (found.length > MAX_ACTIONS / 2) throw new Denied('request_malformed', 'Many contracts fit the question: name the contract.');
  return found;
}

const outflow = (wallet: AccountId, to: AccountId | null, { asset }: Token, amount: bigint): Effect => ({
  kind: 'outflow',
  account: wallet,
  counterparty: to,
  asset,
  amount,
  leaf: '0',
  source: 'bytes',
});

function callActions(
  { capability, operation }: ReturnType<typeof purposeOf>,
  facts: CapabilityFacts,
  policy: CompiledPolicy,
  wallet: AccountId,
  nowMs: number,
): readonly SupposedAction[] {
  const reader = policy.rules.find(({ when }) => conditionsOf(when).some(({ field }) => field === 'selector'));
  if (facts.amount !== null && facts.tokens.length === 0)
    throw new Denied('request_malformed', 'The amount is of no token: name the token.');
  return calleesOf(capability, facts, policy, nowMs).flatMap(({ contract, selector }) => {
    if (selector === null && reader !== undefined)
      throw new Denied('request_malformed', `The rule ${reader.id} looks at the method: name the selector.`);
    const base = {
      kind: 'call',
      contract,
      selector: selector ?? '',
      // Understood, and not known by name.
      method: '',
      args: null,
      leaf: '0',
      source: 'bytes',
      ...(operation === undefined ? {} : { operation }),
    } as const;
    const asset = nativeAssetId(facts.chain);
    const plain: SupposedAction = { effects: [{ ...base, value: 0n, asset }], asset: null, amount: null };
    if (facts.amount === null) return [plain];
    const { amount: text } = facts;
    return facts.tokens.map((token): SupposedAction => {
      const amount = parseAmount(text, token.decimals);
      const value = token.asset === asset ? amount : 0n;
      return {
        effects: [{ ...base, value, asset }, outflow(wallet, contract, token, amount)],
        asset: token.asset,
        amount: amount.toString(),
      };
    });
  });
}

/**
 * Every action that the question may mean, as what its bytes would do. What is not told is not filled in: a payment without
 * a destination goes to nobody whom a list names.
 * @throws Denied where nothing fits, or so much that the question has to say more
 */
export function supposedActions(
  purpose: ReturnType<typeof purposeOf>,
  facts: CapabilityFacts,
  policy: CompiledPolicy,
  wallet: AccountId,
  nowMs: number,
): readonly SupposedAction[] {
  const { capability } = purpose;
  if (capability !== 'transfers' && capability !== 'approvals') return callActions(purpose, facts, policy, wallet, nowMs);
  const tokens = facts.tokens.length > 0 ? facts.tokens : facts.native === null ? [] : [facts.native];
  const [first] = tokens;
  if (first === undefined) throw new Denied('request_malformed', 'Name the token.');
  if (capability === 'transfers') {
    return tokens.map((token) => {
      // The least there is: whoever names no amount gets no yes, but the first thing that stands against any.
      const amount = facts.amount === null ? 1n : parseAmount(facts.amount, token.decimals);
      if (amount === 0n) throw new Denied('request_malformed', 'Nothing is never paid: the amount is above zero.');
      return { effects: [outflow(wallet, facts.destination, token, amount)], asset: token.asset, amount: amount.toString() };
    });
  }
  const { destination: spender, amount: text } = facts;
  if (spender === null) throw new Denied('request_malformed', 'An approval is for a spender: name the spender.');
  return tokens.map(({ asset, decimals }) => {
    const amount = text === 'unlimited' ? ('unlimited' as const) : text === null ? 1n : parseAmount(text, decimals);
    const effect: Effect = { kind: 'allowance', owner: wallet, spender, asset, amount, expiresAtMs: null, leaf: '0', source: 'bytes' };
    return { effects: [effect], asset, amount: amount.toString() };
  });
}
