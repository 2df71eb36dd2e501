import type { CompiledPolicy, LookedUp, Simulate } from '../../authz/index.ts';
import { beginEarly } from './early-run.ts';
import { asksChain, type LookUpOf, type LookUpParts, lookUp } from './look-up.ts';
import { judgedTerms, type Prepared } from './prepared.ts';
import type { Simulator } from './simulator.ts';

/** Facts about fraud on their way, and the dry run that goes beside them. */
export interface Sought {
  readonly lookedUp: Promise<LookedUp | undefined>;
  readonly simulate: Simulate | null;
  /** Lets go of what nobody asked for. */
  end(): void;
}

/** What facts are looked up with. */
export interface SeekParts {
  readonly lookUps: LookUpParts | null;
  readonly simulator: Simulator;
}

/** A signature does nothing on the chain until somebody uses it: there is nothing to run. */
function simulationOf(simulator: Simulator, prepared: Prepared): Simulate | null {
  return prepared.kind === 'signature' ? null : (signal) => simulator(prepared.node, prepared.tx, prepared.decoded, signal);
}

/**
 * Begins to look up what the patterns of fraud need beyond bytes and rows. Where a chain is asked, the dry run begins beside it: a decision takes no more
 * round trips than without. `given` replaces the chain's own dry run.
 */
export function seekFacts(
  { lookUps, simulator }: SeekParts,
  prepared: Prepared,
  policy: CompiledPolicy,
  given: Simulate | undefined,
): Sought {
  const simulate = given ?? simulationOf(simulator, prepared);
  if (lookUps === null) return { lookedUp: Promise.resolve(undefined), simulate, end: () => undefined };
  const { chain, wallet } = judgedTerms(prepared);
  const of: LookUpOf = {
    ...{ effects: prepared.decoded.effects, chain, wallet, node: prepared.node },
    isNamed: (account) => policy.spenders.has(account) || policy.contracts.has(account) || policy.destinations.has(account),
    isListed: (asset) => policy.tokens.has(asset),
  };
  const lookedUp = lookUp(lookUps, of);
  const early = simulate !== null && lookUps.runsEarly && asksChain(of) ? beginEarly(simulate) : undefined;
  return { lookedUp, simulate: early?.simulate ?? simulate, end: () => early?.end() };
}
