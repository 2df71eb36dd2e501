import type { TimeMs } from '../../../../core/ids.ts';
import { CANONICAL_CONTRACTS } from '../../accounts/delegation/canonical-contracts.ts';
import { accountOf, hexOf } from '../../address.ts';
import type { Kind, TypedOrder } from './kind.ts';
import { Members } from './members.ts';
import { anotherOwner, callTo, earlier, endless, expiryMs, markAt } from './parts.ts';

/** Of the framework, the conditions that are read in words; every other one is told by its address. */
const NAMES: ReadonlyMap<string, string> = new Map(Object.entries(CANONICAL_CONTRACTS).map(([name, address]) => [address, name]));
const ROOT = `0x${'ff'.repeat(32)}`;

/** The end that a timestamp condition sets: 16 bytes of not-before, 16 bytes of not-after, 0 for none. */
function endOf(caveats: readonly Members[]): TimeMs | null {
  return caveats.reduce<TimeMs | null>((end, caveat) => {
    const terms = caveat.text('terms');
    if (caveat.text('enforcer') !== CANONICAL_CONTRACTS.timestamp || terms.length !== 66) return end;
    const before = BigInt(`0x${terms.slice(34)}`);
    return before === 0n ? end : earlier(end, expiryMs(before));
  }, null);
}

function scopeOf(order: TypedOrder, message: Members): string {
  const caveats = message.list('caveats');
  const from = message.text('authority') === ROOT ? '' : `, from the delegation ${message.text('authority')}`;
  if (caveats.length === 0) return `everything, without a condition${from}`;
  const words = caveats.map((caveat) => {
    const enforcer = caveat.text('enforcer');
    const terms = caveat.text('terms');
    return `${NAMES.get(enforcer) ?? `condition of ${accountOf(order.chain, enforcer)}`} ${terms.length > 258 ? `${terms.slice(0, 258)}…` : terms}`;
  });
  return `within ${words.join('; ')}${from}`;
}

/**
 * What an account lets another do in its name, under conditions.
 * @see https://eips.ethereum.org/EIPS/eip-7710
 */
export const DELEGATION: Kind = {
  types: [
    'Delegation(address delegate,address delegator,bytes32 authority,Caveat[] caveats,uint256 salt)Caveat(address enforcer,bytes terms)',
  ],
  read(order) {
    const message = new Members(order.chain, order.data.message);
    const [delegate, account] = [message.account('delegate'), message.account('delegator')];
    const scope = scopeOf(order, message);
    const expiresAtMs = endOf(message.list('caveats'));
    return {
      standard: 'erc7710',
      found: [callTo(order), { kind: 'delegation', account, delegate, scope }, ...endless(order, expiresAtMs, 'the delegation')],
      ...anotherOwner(order, account),
      expiresAtMs,
      mark: markAt(order.contract, 'delegation', { hash: hexOf(order.data.messageHash) }),
      summary: `lets ${delegate} act as ${account}: ${scope}`,
    };
  },
};
