import type { Hex } from 'viem';
import type { SmartAccount } from '../../../../core/smart-account.ts';
import type { EvmAddress } from '../../address.ts';
import { CANONICAL_CONTRACTS, type Framework } from './canonical-contracts.ts';
import { type Delegation, encodeContext, readContext } from './delegation.ts';

/** Delegations of one account: each call carries one of them. */
export const MAX_DELEGATIONS = 32;

/** What an account's record says besides: the contracts that it stands on, and its delegations. */
export interface DelegationTerms {
  readonly framework: Framework;
  readonly owner: EvmAddress;
  readonly delegations: readonly { readonly context: Hex; readonly delegation: Delegation }[];
}

const NAMES = Object.keys(CANONICAL_CONTRACTS) as readonly (keyof Framework)[];
const ADDRESS = /^0x[0-9a-f]{40}$/;
const HEX = /^0x(?:[0-9a-f]{2})+$/;

/** Spells terms as the record keeps them: `owner`, each contract by its name, and `delegation.0`, `delegation.1`, … as signed. */
export function writeTerms({ framework, owner, delegations }: DelegationTerms): SmartAccount['terms'] {
  return {
    owner,
    ...framework,
    ...Object.fromEntries(delegations.map(({ delegation }, index) => [`delegation.${index}`, encodeContext(delegation)])),
  };
}

/** Reads the record back; undefined where it is not what {@link writeTerms} writes for this account and its sender. */
export function readTerms({ account, sender, terms }: SmartAccount): DelegationTerms | undefined {
  const found = NAMES.map((name) => [name, terms[name]] as const);
  const { owner } = terms;
  if (owner === undefined || [owner, ...found.map(([, value]) => value)].some((value) => value === undefined || !ADDRESS.test(value)))
    return undefined;
  const delegations: { context: Hex; delegation: Delegation }[] = [];
  for (let index = 0; index <= MAX_DELEGATIONS; index += 1) {
    const context = terms[`delegation.${index}`];
    if (context === undefined) break;
    const delegation = HEX.test(context) ? readContext(new Uint8Array(Buffer.from(context.slice(2), 'hex'))) : undefined;
    // Another account's money, or another key's right, is none of this wallet's.
    if (delegation === undefined || !account.endsWith(`:${delegation.delegator}`) || !sender.endsWith(`:${delegation.delegate}`))
      return undefined;
    delegations.push({ context: context as Hex, delegation });
  }
  if (delegations.length === 0 || delegations.length > MAX_DELEGATIONS) return undefined;
  return { framework: Object.fromEntries(found) as unknown as Framework, owner: owner as EvmAddress, delegations };
}
