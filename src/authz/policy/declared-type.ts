import type { Capability } from '../../core/index.ts';

/** What the effects of a request of a declared type may need; null: anything, the type says nothing. */
const TYPES: Readonly<Record<string, readonly Capability[] | null>> = {
  transfer: ['transfers'],
  transfer_from: ['transfers'],
  payment: ['transfers'],
  send: ['transfers'],
  approve: ['approvals'],
  approval: ['approvals'],
  swap: ['trading', 'contracts'],
  trade: ['trading', 'contracts'],
  stake: ['staking', 'contracts'],
  unstake: ['staking', 'contracts'],
  vote: ['governance', 'contracts'],
  nft: ['nft', 'contracts'],
  contract_call: null,
  calls: null,
  transaction: null,
};

/** Whether a request declared as `type` may need this capability. An unknown type may need none. */
export function typeCovers(type: string, capability: Capability): boolean {
  const covered = Object.hasOwn(TYPES, type) ? TYPES[type] : [];
  return covered === null || covered === undefined ? covered === null : covered.includes(capability);
}
