import type { Reason } from '../../core/index.ts';
import type { Exposure } from '../exposure.ts';
import { type LayerContext, reason } from '../layer.ts';
import { effectCapabilities } from '../policy/items/items.ts';
import { readIntent } from './words.ts';

/** Terms that a request names: what has to be true of its effects. Null leaves open. */
interface Terms {
  readonly asset: string | null;
  readonly amount: bigint | 'unlimited' | null;
  readonly to: string | null;
}

/** Contradictions between the request's own fields and the decoded effects; each denies. */
export function fieldContradictions({ request, exposure }: LayerContext, found: Reason[]): void {
  const { action, declared } = request;
  if (action.kind === 'transfer' || action.kind === 'transfer_from')
    compareTerms({ asset: action.asset, amount: action.amount, to: action.to }, exposure, 'outflow', found);
  else if (action.kind === 'approve')
    compareTerms({ asset: action.asset, amount: action.amount, to: action.spender }, exposure, 'allowance', found);
  if (declared.asset === null && declared.amount === null && declared.destination === null) return;
  const amount = declared.amount === null || declared.amount === 'unlimited' ? declared.amount : BigInt(declared.amount);
  compareTerms({ asset: declared.asset, amount, to: declared.destination }, exposure, null, found);
}

/**
 * Every outflow and allowance must be the declared one, and together exactly the declared amount. Beside a call that only a
 * simulation can fathom the amount is an upper bound; the simulation is held to it.
 */
function compareTerms(terms: Terms, exposure: Exposure, kind: 'outflow' | 'allowance' | null, found: Reason[]): void {
  const { outflows, allowances, calls, spendTotals } = exposure;
  const opaque = calls.length > 0;
  if ((kind === 'outflow' && allowances.length > 0) || (kind === 'allowance' && outflows.length > 0)) {
    found.push(contradiction('The bytes do something that was not declared.', { declared: kind }));
  }
  if (terms.to !== null) {
    for (const { counterparty } of outflows)
      if (counterparty !== terms.to)
        found.push(contradiction('Money goes elsewhere than declared.', { declared: terms.to, effect: counterparty }));
    for (const { spender } of allowances)
      if (spender !== terms.to) found.push(contradiction('A spender is not the declared one.', { declared: terms.to, effect: spender }));
  }
  if (terms.asset === null) return;
  for (const { asset } of outflows)
    if (asset !== terms.asset)
      found.push(contradiction('An asset leaves that was not declared.', { declared: terms.asset, effect: asset }));
  for (const { asset } of allowances)
    if (asset !== terms.asset)
      found.push(contradiction('An allowance is for another asset than declared.', { declared: terms.asset, effect: asset }));
  if (terms.amount === null) return;
  const unlimited = allowances.some(({ amount }) => amount === 'unlimited');
  if (unlimited !== (terms.amount === 'unlimited'))
    found.push(contradiction('The allowance is not the declared one.', { declared: String(terms.amount) }));
  if (terms.amount === 'unlimited' || unlimited) return;
  const moved = spendTotals.find(({ asset }) => asset === terms.asset)?.amount ?? 0n;
  if (opaque ? moved > terms.amount : moved !== terms.amount) {
    found.push(
      contradiction('The amount is not the declared one.', {
        declared: terms.amount.toString(),
        effect: moved.toString(),
        asset: terms.asset,
      }),
    );
  }
}

/** Contradictions between the words of the intent and the decoded effects. What the words leave open contradicts nothing. */
export function wordContradictions(context: LayerContext, text: string, found: Reason[]): void {
  const { request, exposure, tokens, policy, nowMs } = context;
  const { capabilities, amounts, accounts } = readIntent(text, request.chain, tokens);
  if (capabilities.length > 0) {
    for (const capability of effectCapabilities(exposure, policy, nowMs)) {
      // A call may be how a trade or a stake is done; the policy decides about calls.
      const said =
        capabilities.includes(capability) ||
        (capability === 'contracts' && capabilities.some((name) => name !== 'transfers' && name !== 'approvals'));
      if (!said)
        found.push(
          contradiction('The words name another kind of action than the bytes.', { words: capabilities.join(' '), effect: capability }),
        );
    }
  }
  if (amounts.length > 0) {
    for (const { asset, amount } of [...exposure.spendTotals, ...declaredSpend(context)]) {
      if (amount === 0n) continue;
      const said = amounts.some(
        (word) =>
          word.asset === asset && (word.amount === amount || (exposure.calls.length > 0 && word.amount !== null && word.amount > amount)),
      );
      if (!said) found.push(contradiction('The words name another amount than the bytes.', { asset, effect: amount.toString() }));
    }
    if (exposure.allowances.some(({ amount }) => amount === 'unlimited'))
      found.push(contradiction('The words name an amount, the allowance has none.', {}));
  }
  if (accounts.length > 0) {
    for (const { counterparty } of exposure.outflows) {
      if (counterparty === null || !accounts.includes(counterparty))
        found.push(contradiction('The words name another recipient than the bytes.', { effect: counterparty }));
    }
    for (const { spender } of exposure.allowances)
      if (!accounts.includes(spender)) found.push(contradiction('The words name another spender than the bytes.', { effect: spender }));
  }
}

/** What a call that only a simulation can fathom is held to: the words must not say less. */
function declaredSpend({ request, exposure }: LayerContext): readonly { readonly asset: string; readonly amount: bigint }[] {
  const { asset, amount } = request.declared;
  if (exposure.calls.length === 0 || asset === null || amount === null || amount === 'unlimited') return [];
  return [{ asset, amount: BigInt(amount) }];
}

function contradiction(message: string, facts: Readonly<Record<string, string | null>>): Reason {
  return reason('intent_contradicts_effects', message, { facts });
}
