import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/adapters/host/index.ts';
import { blacklistRemovalFacts, createSecurityManager, policyChangeFacts } from '../../../src/index.ts';
import { type Anvil, startAnvil } from '../../../src/testing/anvil.ts';
import { BOB, CAROL, CHAIN, configOf, FREE, hookedStore, openBench, person, registered } from '../../e2e/bench.ts';
import { allowed } from '../../manager/fixture.ts';
import { codeOf, endOf, pay } from './bench.ts';

const [olga, eve] = [person('olga'), person('eve')];
const OWNED = { registry: { keys: [registered(olga, 'owner')] } };
const deny = (over: object = {}) => ({
  id: 'no',
  conditions: [{ field: 'amount', operator: 'gt', value: '500' }],
  action: 'deny',
  ...over,
});

let anvil: Anvil;
beforeAll(async () => {
  anvil = await startAnvil();
});
afterAll(async () => {
  await anvil.stop();
});

describe('a loosening, where somebody owns the deployment', () => {
  const loosenings: readonly [string, (given: typeof FREE) => object][] = [
    ['a higher limit', () => ({ limits: { perTransaction: 2 } })],
    ['a limit in another unit', () => ({ limits: { unit: 'USD' } })],
    ['limits of an asset’s own', () => ({ limits: { assets: { [`${CHAIN}/slip44:60`]: { perTransaction: 1_000, daily: 1_000 } } } })],
    ['a recipient more', () => ({ allowedDestinations: [BOB, CAROL] })],
    ['a contract more', () => ({ allowedContracts: [{ address: CAROL }] })],
    ['a capability', () => ({ capabilities: { governance: { enabled: true } } })],
    ['a template', () => ({ template: 'aggressive' })],
    ['more an hour', () => ({ rateLimiting: { maxPerHour: 20_000 } })],
    ['no simulation', () => ({ requireSimulation: false })],
    ['a hazard', () => ({ allowedHazards: ['unprotected_deploy'] })],
    ['a strategy', () => ({ strategies: [{ id: 'dca' }] })],
    ['a rule that allows', () => ({ rules: [{ id: 'yes', conditions: [], action: 'allow' }] })],
    ['rules that are gone', () => ({ rules: [] })],
    ['hours', () => ({ timeRestrictions: [] })],
  ];
  const strict = {
    capabilities: { transfers: { enabled: true } },
    limits: FREE.limits,
    rateLimiting: FREE.rateLimiting,
    allowedDestinations: [BOB],
    requireSimulation: true,
    rules: [deny()],
    timeRestrictions: [{ type: 'deny', startHour: 3, endHour: 4 }],
  };

  it.each(loosenings)('needs the owner: %s', async (_name, change) => {
    await using bench = await openBench(anvil, { ...OWNED, agents: { a1: strict } });
    const { policy } = bench.security;
    const before = (await policy.getAgent('a1')).digest;
    const code = await codeOf(() => policy.updateAgent('a1', change(FREE)));
    expect(['AUTHORITY_REQUIRED', 'POLICY_INVALID']).toContain(code);
    expect((await policy.getAgent('a1')).digest).toBe(before);
  });

  it('is not allowed by a signature for another change, another agent, by a stranger, or by the same one twice', async () => {
    await using bench = await openBench(anvil, { ...OWNED, agents: { a1: strict, a2: strict } });
    const { policy } = bench.security;
    const change = { limits: { perTransaction: 2 } };
    const { facts, permissions } = await policy.proposeChange('a1', { kind: 'update', permissions: change });
    const signed = allowed('policy.change', facts, olga);
    expect(await codeOf(() => policy.updateAgent('a1', { limits: { perTransaction: 3 } }, { authorization: signed }))).toBe(
      'SIGNATURE_INVALID',
    );
    expect(await codeOf(() => policy.updateAgent('a2', change, { authorization: signed }))).toBe('SIGNATURE_INVALID');
    expect(await codeOf(() => policy.updateAgent('a1', change, { authorization: allowed('policy.change', facts, eve) }))).toBe(
      'SIGNATURE_INVALID',
    );
    expect(await codeOf(() => policy.updateAgent('a1', change, { authorization: { ...signed, expiresAtMs: 1 } }))).toBe(
      'AUTHORITY_REQUIRED',
    );
    expect(await codeOf(() => policy.updateAgent('a1', change, { authorization: allowed('list.change', facts, olga) }))).toBe(
      'SIGNATURE_INVALID',
    );
    expect(facts).toEqual(policyChangeFacts('a1', permissions as never));
    await policy.updateAgent('a1', change, { authorization: signed });
    await policy.updateAgent('a1', { limits: { perTransaction: 1 } });
    expect(await codeOf(() => policy.updateAgent('a1', change, { authorization: signed }))).toBe('AUTHORITY_REQUIRED');
  });

  it('of the block list is one, too: for that very account, and each signature once', async () => {
    await using bench = await openBench(anvil, OWNED);
    const { risk } = bench.security;
    for (const address of [BOB, CAROL]) await risk.addToBlacklist(address, { reason: 'test', source: 'test', severity: 'low' });
    const facts = (address: string) => blacklistRemovalFacts([`${CHAIN}:${address.toLowerCase()}`]);
    const forCarol = allowed('list.change', facts(CAROL), olga);
    const wrong = [undefined, forCarol, allowed('list.change', facts(BOB), eve), allowed('policy.change', facts(BOB), olga)];
    for (const authorization of wrong)
      expect(['AUTHORITY_REQUIRED', 'SIGNATURE_INVALID']).toContain(
        await codeOf(() => risk.removeFromBlacklist(BOB, authorization === undefined ? {} : { authorization })),
      );
    expect(endOf(await bench.security.agent('a1').execute(pay('r')))).toBe('address_blacklisted');
    const forBob = allowed('list.change', facts(BOB), olga);
    expect(await risk.removeFromBlacklist(BOB, { authorization: forBob })).toBe(true);
    await risk.addToBlacklist(BOB, { reason: 'again', source: 'test', severity: 'low' });
    expect(await codeOf(() => risk.removeFromBlacklist(BOB, { authorization: forBob }))).toBe('AUTHORITY_REQUIRED');
    expect(await risk.isBlacklisted(BOB)).toBe(true);
  });

  it('is none that goes by removing the agent and registering it anew, or by another user’s name', async () => {
    await using bench = await openBench(anvil, { ...OWNED, agents: { a1: strict } });
    const { policy, custody } = bench.security;
    await policy.deleteAgent('a1');
    expect(await codeOf(() => policy.createAgent('a1', FREE))).toBe('AUTHORITY_REQUIRED');
    expect(await codeOf(() => policy.createAgent('a1', FREE, { userId: 'mallory' }))).not.toBe('passed');
    expect(await codeOf(() => custody.createWallet('owner', 'a1'))).toBe('AGENT_UNKNOWN');
    expect(endOf(await bench.security.agent('a1').execute(pay('r')))).toBe('agent_unknown');
  });

  it('nor by a configuration that leaves the owners out, or names others', async () => {
    const { factory } = hookedStore({}, { clock: systemClock() });
    const given = { store: factory, keys: { encryptionKey: '81'.repeat(32) }, agents: { a1: strict } };
    const first = await openBench(anvil, { ...given, ...OWNED });
    await first.security.shutdown(200);
    for (const registry of [
      undefined,
      { keys: [] },
      { keys: [registered(eve, 'owner')] },
      { keys: [registered(olga, 'owner'), registered(eve, 'owner')] },
    ]) {
      const next = createSecurityManager(configOf(anvil, { ...given, ...(registry === undefined ? {} : { registry }) } as never));
      expect(await codeOf(() => next.ready())).toBe('CONFIG_INVALID');
      await next.shutdown(200);
    }
    const loose = createSecurityManager(configOf(anvil, { ...given, ...OWNED, agents: { a1: FREE } }));
    expect(await codeOf(() => loose.ready())).toBe('AUTHORITY_REQUIRED');
    await loose.shutdown(200);
  });
});
