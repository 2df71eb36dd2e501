import type { Capability } from '../../../core/index.ts';

/**
 * What the effects of a request of a declared type may need; null: anything, the type says nothing. A trade is what a decoder
 * or the owner's list calls one: a call of which nobody knows what it is for is none.
 */
const TYPES: Readonly<Record<string, readonly Capability[] | null>> = {
  transfer: ['transfers'],
  transfer_from: ['transfers'],
  payment: ['transfers'],
  send: ['transfers'],
  approve: ['approvals'],
  approval: ['approvals'],
  swap: ['trading'],
  trade: ['trading'],
  stake: ['staking'],
  unstake: ['staking'],
  vote: ['governance'],
  delegate: ['governance'],
  nft: ['nft'],
  mint: ['nft'],
  contract_call: null,
  calls: null,
  transaction: null,
  signature: null,
};

/** Whether a request declared as `type` may need this capability. An unknown type may need none. */
export function typeCovers(type: string, capability: Capability): boolean {
  const covered = Object.hasOwn(TYPES, type) ? TYPES[type] : [];
  return covered === null || covered === undefined ? covered === null : covered.includes(capability);
}
