import type { Permissions, TemplateName } from './permissions.ts';

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    for (const inner of Object.values(value)) deepFreeze(inner);
    Object.freeze(value);
  }
  return value;
}

/**
 * Preset permissions, frozen to the last field. Limits count in the unit of the deployment. Calls need an entry in
 * `allowedContracts` whatever the template; conservative asks a person for each action that its owner enables.
 *
 * @example
 * ```ts
 * import { DEFAULT_TEMPLATES } from 'castellan';
 *
 * console.log(Object.keys(DEFAULT_TEMPLATES).sort().join(' ')); // aggressive balanced conservative
 * console.log(Object.isFrozen(DEFAULT_TEMPLATES.balanced.limits)); // true
 * ```
 */
export const DEFAULT_TEMPLATES: Readonly<Record<TemplateName, Permissions>> = deepFreeze({
  conservative: {
    capabilities: {
      trading: { enabled: true, readOnly: true },
      transfers: { enabled: false },
      staking: { enabled: true, readOnly: true },
      nft: { enabled: true, readOnly: true },
      governance: { enabled: false },
      contracts: { enabled: false },
      approvals: { enabled: false },
    },
    limits: { perTransaction: 10, daily: 50, weekly: 200, monthly: 500 },
    requireApproval: true,
    signatures: { messages: 'deny' },
  },
  balanced: {
    capabilities: {
      trading: { enabled: true, maxSlippage: 0.01 },
      transfers: { enabled: true, whitelistOnly: true },
      staking: { enabled: true, unstake: false },
      nft: { enabled: true, create: false },
      governance: { enabled: true, voteOnly: true },
      contracts: { enabled: true },
      approvals: { enabled: true, unlimited: false },
    },
    limits: { perTransaction: 100, daily: 500, weekly: 2_000, monthly: 5_000 },
    signatures: { messages: 'deny', siweDomains: [] },
  },
  aggressive: {
    capabilities: {
      trading: { enabled: true },
      transfers: { enabled: true },
      staking: { enabled: true, unstake: true },
      nft: { enabled: true, create: true },
      governance: { enabled: true },
      contracts: { enabled: true },
      approvals: { enabled: true, unlimited: false },
    },
    limits: { perTransaction: 1_000, daily: 5_000, weekly: 20_000, monthly: 50_000 },
    signatures: { messages: 'allow' },
  },
});
