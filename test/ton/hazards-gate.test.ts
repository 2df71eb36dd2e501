import { Address } from '@ton/core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/adapters/host/index.ts';
import { ton } from '../../src/adapters/ton/index.ts';
import { createSecurityManager, isCastellanError, type SecurityManager, type Wallet } from '../../src/index.ts';
import { startTonDevChain, type TonDevChain } from '../../src/testing/ton-devchain/index.ts';
import { hookedStore } from '../e2e/bench.ts';
import { signingBytes, type WalletAction } from '../fixtures/ton-deploy.ts';
import { HAZARD_CASES, type HazardWorld, hazardToken, hazardWorld, tokensOf } from './hazard-cases.ts';

/** Generous in every way that a limit can be: what is refused, is refused for what it is. */
const GENEROUS = {
  template: 'aggressive',
  limits: { unit: 'TON', perTransaction: 1_000, daily: 10_000, weekly: 10_000, monthly: 10_000, assets: { PLAIN: { daily: 1_000_000 } } },
  rateLimiting: { cooldownSeconds: 0, maxPerHour: 10_000 },
};

let chain: TonDevChain;
let security: SecurityManager;
let wallet: Wallet;
let world: HazardWorld;
/** How often a permit was redeemed, without which no key signs. */
let redeemed = 0;
let offsetMs = 0;
const real = systemClock();
const clock = { ...real, nowMs: () => real.nowMs() + offsetMs, monotonicMs: () => real.monotonicMs() + offsetMs };

beforeAll(async () => {
  chain = await startTonDevChain();
  const token = await hazardToken(chain, 'gate');
  const tokens = [{ symbol: 'PLAIN', address: token.address.toRawString(), decimals: 0 }];
  const beforeApply = (commands: readonly { readonly kind: string }[]): void => {
    redeemed += commands.filter(({ kind }) => kind === 'permit.redeem').length;
  };
  security = createSecurityManager({
    clock,
    store: hookedStore({ beforeApply }, { clock }).factory,
    chains: [ton({ chains: [{ chain: chain.chain, endpoint: chain.url, tokens, pollMs: 10 }] })],
    agents: { a1: GENEROUS },
    emergency: { autoResponseTriggers: [] },
    risk: { anomalyThreshold: 100 },
    execution: { settleTimeoutMs: 5_000, reconcileMs: 3_600_000 },
  });
  wallet = await security.custody.createWallet('owner', 'a1');
  world = await hazardWorld(chain, Address.parse(wallet.address), 'gate');
});
afterAll(async () => {
  await security?.shutdown(2_000);
  await chain?.close();
});

// An agent that was refused so often within an hour looks as if it tried what passes, and a person is asked.
beforeEach(async () => {
  offsetMs += 3_720_000;
  await chain.increaseTime(3_720);
});

async function seqno(): Promise<number> {
  if (!(await world.operator.client.isContractDeployed(world.wallet))) return 0;
  return (await world.operator.client.runMethod(world.wallet, 'seqno')).stack.readNumber();
}

async function bytesOf(actions: readonly WalletAction[]): Promise<Uint8Array> {
  return signingBytes(chain, actions, { seqno: await seqno(), validUntil: Math.floor(clock.nowMs() / 1000) + 60 });
}

describe('the gate, by default', () => {
  it.each(HAZARD_CASES)('$name', async ({ actions, twin, effect, reason, measure }) => {
    const agent = security.agent('a1');
    const look = async () => [await measure(world), await chain.balance(wallet.address), await tokensOf(world), await seqno(), redeemed];
    const before = await look();
    const bytes = await bytesOf(actions(world));
    const asked = await agent.execute({ transaction: bytes });
    expect([asked.status, asked.decision.verdict]).toEqual([effect === null ? 'simulation_failed' : 'policy_rejected', 'denied']);
    // No call says what changes the wallet itself, so that as a request it is not even read.
    const ofWallet = effect?.kind === 'control' && effect.aspect !== 'owner';
    expect(asked.reasons.map(({ code }) => code)).toContain(ofWallet ? 'payload_undecodable' : reason);
    const refused: unknown = await agent
      .signTransaction({ chain: wallet.chain, wallet: wallet.account, bytes })
      .catch((error: unknown) => error);
    if (!isCastellanError(refused)) throw new Error('the very bytes were signed');
    expect(refused.code).toBe('REQUEST_DENIED');
    const exact = await agent.explain(String(refused.details['decisionId']));
    expect(exact?.reasons.map(({ code }) => code)).toContain(reason);
    if (effect !== null) expect(exact?.effects).toContainEqual(expect.objectContaining(effect));
    expect(await look()).toEqual(before);
    const innocent = await agent.execute({ transaction: await bytesOf(twin(world)) });
    expect([innocent.status, innocent.reasons]).toEqual(['success', []]);
    expect(await seqno()).toBe(Number(before[3]) + 1);
  });
});
