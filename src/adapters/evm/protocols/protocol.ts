import { type Purpose, purposeOf } from '../../../core/effect.ts';
import type { ChainId } from '../../../core/ids.ts';
import type { EvmAddress } from '../address.ts';
import { type MethodCall, type MethodEntry, type MethodReading, methodEntry } from '../decode/method-entry.ts';

/** Where a protocol lives on one chain. */
export interface Deployment {
  /** Name of the protocol, as {@link Protocol.name} spells it. */
  readonly protocol: string;
  readonly chain: ChainId;
  readonly address: EvmAddress;
  /** The token that the deployment works with, where it is one of many alike: a vault's own asset. */
  readonly asset?: EvmAddress;
}

/** A protocol: the methods by which people use it, and what each does with their money. */
export interface Protocol {
  /** As policies name it, e.g. `uniswap-v3`. */
  readonly name: string;
  /** What `asset` of a deployment is, where the protocol needs it. */
  readonly needsAsset?: string;
  readonly methods: (deployment: Deployment) => readonly MethodEntry[];
}

/** Adds one method: its signature, what a call does, and what it is for where that differs from the protocol's other methods. */
export type AddMethod = (signature: string, read: (call: MethodCall) => MethodReading, purpose?: Purpose) => MethodEntry;

/** What makes the methods of one protocol. */
export function methodsOf(protocol: string, usual: Purpose): AddMethod {
  return (signature, read, purpose = usual) => methodEntry(signature, read, { protocol, ...purposeOf(purpose) });
}

/** A protocol whose methods are the same at every deployment; they are made when the first deployment is. */
export function sameEverywhere(name: string, make: () => readonly MethodEntry[]): Protocol {
  let made: readonly MethodEntry[] | undefined;
  return {
    name,
    methods: () => {
      made ??= make();
      return made;
    },
  };
}

/** The reading of a method that moves nothing but the value sent along. */
export const MOVES_NOTHING = (): MethodReading => ({});
