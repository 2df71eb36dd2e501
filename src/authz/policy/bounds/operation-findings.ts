import { type Capability, OPERATIONS, type Operation, type Reason } from '../../../core/index.ts';
import { type LayerContext, reason } from '../../layer.ts';
import { lookUpCall } from '../items/items.ts';

type Call = LayerContext['exposure']['calls'][number];

/** What a call is for: what the owner listed it as, else what its decoder says; null where nobody does. */
function operationOf({ policy, nowMs }: Pick<LayerContext, 'policy' | 'nowMs'>, call: Call): Operation | null {
  const { entry } = lookUpCall(policy, call, nowMs);
  if (entry?.operation != null) return entry.operation;
  const { operation } = call;
  // A decoder's word is of the decoder's capability: where the owner says that the call is of another, it says nothing.
  return operation !== null && (entry?.capability ?? OPERATIONS[operation]) === OPERATIONS[operation] ? operation : null;
}

/** Calls of a capability of which the policy allows a part, and that are of another part, or of none that anybody knows. */
export function operationFindings(context: LayerContext, capability: Capability, capabilityOf: (call: Call) => Capability): Reason[] {
  return context.policy.operationBounds
    .filter((bound) => bound.capability === capability)
    .flatMap(({ rule, operations }) =>
      context.exposure.calls
        .filter((call) => capabilityOf(call) === capability)
        .map((call) => ({ call, operation: operationOf(context, call) }))
        .filter(({ operation }) => !operations.some((allowed) => allowed === operation))
        .map(({ call, operation }) =>
          reason('capability_disabled', 'The policy allows a part of this capability, and this is another.', {
            rule,
            facts: { capability, operation, contract: call.contract },
          }),
        ),
    );
}
