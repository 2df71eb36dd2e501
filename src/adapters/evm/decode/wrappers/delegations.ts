import type { AccountId } from '../../../../core/ids.ts';
import { readArguments } from '../abi-reader.ts';
import { parseSignature } from '../abi-signature.ts';
import type { AbiValue } from '../abi-type.ts';
import { type Found, hazard } from '../found.ts';
import { type MethodCall, type MethodEntry, type MethodReading, methodEntry, type NestedCall } from '../method-entry.ts';
import { asBytes, asList, asRows, asString } from '../values.ts';
import { isDelegateMode, readExecution } from './execution-modes.ts';

const DELEGATION =
  '(address delegate,address delegator,bytes32 authority,(address enforcer,bytes terms,bytes args)[] caveats,uint256 salt,bytes signature)';
const CONTEXT = parseSignature(`context(${DELEGATION}[] delegations)`).types;

/** Who acts under a context: the delegator at the root, which stands last; without any delegation the caller himself. */
function actorOf(call: MethodCall, context: Uint8Array): AccountId | undefined {
  if (context.length === 0) return call.frame.sender;
  const values = readArguments(context, 0, CONTEXT);
  if (typeof values === 'string') return undefined;
  const root = asRows(values[0]).at(-1);
  return root === undefined ? call.frame.sender : call.account(root[1]);
}

function redeem(call: MethodCall): MethodReading {
  const [contexts, modes, executions] = call.values.map(asList) as [readonly AbiValue[], readonly AbiValue[], readonly AbiValue[]];
  if (contexts.length !== modes.length || contexts.length !== executions.length) return { unknown: 'lists of unequal length' };
  const calls: NestedCall[] = [];
  const effects: Found[] = [];
  let unknown: string | undefined;
  for (const [index, context] of contexts.entries()) {
    const mode = asString(modes[index]);
    const actor = actorOf(call, asBytes(context));
    if (isDelegateMode(mode)) effects.push(hazard(actor ?? call.contract, 'delegatecall', 'runs other code as the delegator'));
    const inside = readExecution(mode, asBytes(executions[index]));
    if (actor === undefined) unknown = 'a permission context is not in canonical form';
    else if (typeof inside === 'string') unknown = inside;
    else for (const one of inside) calls.push({ ...one, sender: actor });
  }
  const args = { redemptions: String(contexts.length), calls: String(calls.length) };
  return { effects, calls, args, ...(unknown === undefined ? {} : { unknown }) };
}

/** A delegation by hand. Its caveats are contracts' conditions: how many there are is told, not what they come to. */
function enable(call: MethodCall): MethodReading {
  const [delegate, delegator, , caveats] = asList(call.values[0]);
  const scope = `caveats: ${asList(caveats).length}`;
  return { effects: [{ kind: 'delegation', account: call.account(delegator), delegate: call.account(delegate), scope }] };
}

/** ERC-7710: calls that one account makes by the leave of another, which is then their sender. */
export const DELEGATION_METHODS: readonly MethodEntry[] = [
  methodEntry('redeemDelegations(bytes[] contexts,bytes32[] modes,bytes[] executions)', redeem),
  methodEntry(`enableDelegation(${DELEGATION} delegation)`, enable),
  methodEntry(`disableDelegation(${DELEGATION} delegation)`, () => ({})),
];
