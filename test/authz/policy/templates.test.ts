import { describe, expect, it } from 'vitest';
import { DEFAULT_POLICY_BASE, DEFAULT_TEMPLATES } from '../../../src/authz/index.ts';

describe('what ships', () => {
  it('is three templates, and the reference’s defaults', () => {
    const on = { enabled: true };
    expect(DEFAULT_POLICY_BASE).toEqual({
      limits: { perTransaction: 1_000, daily: 5_000, weekly: 20_000, monthly: 50_000 },
      rateLimiting: { maxPerHour: 10, cooldownSeconds: 60 },
    });
    expect(DEFAULT_TEMPLATES).toEqual({
      conservative: {
        capabilities: {
          trading: { ...on, readOnly: true },
          transfers: { enabled: false },
          staking: { ...on, readOnly: true },
          nft: { ...on, readOnly: true },
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
          trading: { ...on, maxSlippage: 0.01 },
          transfers: { ...on, whitelistOnly: true },
          staking: { ...on, unstake: false },
          nft: { ...on, create: false },
          governance: { ...on, voteOnly: true },
          contracts: on,
          approvals: { ...on, unlimited: false },
        },
        limits: { perTransaction: 100, daily: 500, weekly: 2_000, monthly: 5_000 },
        signatures: { messages: 'deny', siweDomains: [] },
      },
      aggressive: {
        capabilities: {
          trading: on,
          transfers: on,
          staking: { ...on, unstake: true },
          nft: { ...on, create: true },
          governance: on,
          contracts: on,
          approvals: { ...on, unlimited: false },
        },
        limits: { perTransaction: 1_000, daily: 5_000, weekly: 20_000, monthly: 50_000 },
        signatures: { messages: 'allow' },
      },
    });
  });
});
