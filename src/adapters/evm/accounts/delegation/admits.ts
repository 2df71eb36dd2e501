import { type Hex, hexToBigInt, size, slice } from 'viem';
import type { ReasonCode } from '../../../../core/reason.ts';
import type { EvmAddress } from '../../address.ts';
import { selectorOf } from '../../decode/abi-signature.ts';
import { readAlternatives } from './alternatives.ts';
import type { Framework } from './canonical-contracts.ts';
import type { Caveat } from './delegation.ts';

const TRANSFER = selectorOf('transfer(address,uint256)');

/** A call as caveats see it. */
export interface AccountCall {
  readonly to: EvmAddress;
  readonly value: bigint;
  readonly data: Hex;
}

const wordAt = (terms: Hex, at: number): bigint => hexToBigInt(slice(terms, at, at + 32));
const holds = (yes: boolean, reason: ReasonCode): ReasonCode | null => (yes ? null : reason);

function pieces(terms: Hex, length: number): readonly Hex[] {
  return Array.from({ length: Math.floor(size(terms) / length) }, (_, index) => slice(terms, index * length, (index + 1) * length));
}

/** Why a call cannot pass one caveat whatever the chain's state; null where it may. Unknown conditions are never passed. */
function refusalOf({ enforcer, terms }: Caveat, call: AccountCall, framework: Framework): ReasonCode | null {
  const selector = call.data.length >= 10 ? slice(call.data, 0, 4) : null;
  switch (enforcer) {
    case framework.allowedTargets:
      return holds(pieces(terms, 20).includes(call.to), call.data === '0x' ? 'destination_not_allowed' : 'contract_not_allowed');
    case framework.allowedMethods:
      return holds(selector !== null && pieces(terms, 4).includes(selector), 'contract_not_allowed');
    case framework.exactCalldata:
      return holds(call.data === terms, 'contract_not_allowed');
    case framework.allowedCalldata: {
      const [at, wanted] = [Number(wordAt(terms, 0)), slice(terms, 32)];
      const there = size(call.data) >= at + size(wanted) ? slice(call.data, at, at + size(wanted)) : null;
      return holds(there === wanted, 'destination_not_allowed');
    }
    case framework.valueLte:
      return holds(call.value <= wordAt(terms, 0), 'per_transaction_limit');
    case framework.nativePeriod:
      return holds(call.value <= wordAt(terms, 0), 'window_limit');
    case framework.erc20Period:
      if (call.to !== slice(terms, 0, 20)) return 'token_not_allowed';
      if (call.value !== 0n || size(call.data) !== 68 || selector !== TRANSFER) return 'contract_not_allowed';
      return holds(wordAt(call.data, 36) <= wordAt(terms, 20), 'window_limit');
    case framework.timestamp:
      return null;
    default:
      return 'contract_not_allowed';
  }
}

/** How caveats take a call: which group to choose at each that has several, or why not. */
export type Admission = { readonly choices: readonly (number | null)[] } | { readonly refusal: ReasonCode };

/**
 * Whether a call may pass these caveats, as far as the bytes tell. What is left of a budget, and the time, only the chain
 * knows: it has the last word in any case.
 */
export function admission(caveats: readonly Caveat[], call: AccountCall, framework: Framework): Admission {
  const choices: (number | null)[] = [];
  for (const caveat of caveats) {
    if (caveat.enforcer === framework.logicalOr) {
      const refusals = (readAlternatives(caveat.terms) ?? []).map((group) => {
        const inner = admission(group, call, framework);
        return 'refusal' in inner ? inner.refusal : null;
      });
      const index = refusals.indexOf(null);
      if (index < 0) return { refusal: refusals[0] ?? 'contract_not_allowed' };
      choices.push(index);
    } else {
      const refusal = refusalOf(caveat, call, framework);
      if (refusal !== null) return { refusal };
      choices.push(null);
    }
  }
  return { choices };
}
