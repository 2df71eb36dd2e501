import { expect } from 'vitest';
import type { SecurityConfig, SecurityManager } from '../../src/index.ts';
import { createManualClock } from '../../src/testing/manual-clock.ts';
import { createSeededRandom } from '../../src/testing/seeded-random.ts';
import { codeOf, EVM_CHAIN, each, KEYS, keptStore, MAY_PAY, offlineEvm, offlineTon, open } from './bench.ts';
import type { Effects } from './effect.ts';

const ED25519 = { algorithm: 'ed25519', purpose: 'signing' } as const;
const monitored = (title: string) => ({ file: 'test/e2e/monitor.test.ts', title });
const custodyFlags = (title: string) => ({ file: 'test/config/custody-flags.test.ts', title });
const hdWallets = (title: string) => ({ file: 'test/config/hd-wallets.test.ts', title });

const readyCode = (security: SecurityManager): Promise<string> => codeOf(() => security.ready());
const reopened = (keys: SecurityConfig['keys'], again: SecurityConfig['keys']): Promise<string[]> => {
  const store = keptStore();
  return each(
    [
      { store, keys },
      { store, keys: again },
      { store, keys },
    ] as SecurityConfig[],
    readyCode,
  );
};
/** Whether changing an agent's policy so often, so fast, has stopped it or everybody. */
const triggered =
  (more: object, changes = 2, pauseMs = 0) =>
  async (): Promise<string> => {
    const clock = createManualClock();
    const trigger = { event: 'permission_changed', threshold: 2, action: 'pause', ...more };
    await using security = open({ clock, agents: {}, emergency: { autoResponseTriggers: [trigger as never] } });
    await security.start();
    for (let index = 0; index < changes; index += 1) {
      await security.policy.createAgent('a1', { ...MAY_PAY, limits: { perTransaction: 10 + index } } as never);
      for (let tick = 0; tick < 10; tick += 1) await clock.advanceAsync(5);
      if (pauseMs > 0) await clock.advanceAsync(pauseMs);
    }
    for (let tick = 0; tick < 100; tick += 1) await clock.advanceAsync(20);
    const kinds = (await security.getHealth()) as { killSwitch: string; pausedAgents: readonly string[] };
    return kinds.killSwitch === 'active' ? 'kill' : kinds.pausedAgents.includes('a1') ? 'pause' : 'nothing';
  };

/** Fields whose effect needs no chain. */
export const ROOM_EFFECTS: Effects = {
  shadow: {
    file: 'test/manager/shadow.test.ts',
    title: 'takes a candidate of the configuration, and one that is set later; a wrong one is refused',
  },
  enabled: async () => {
    const ask = (security: SecurityManager) =>
      security.agent('a1').execute({ id: 'r', to: `0:${'ab'.repeat(32)}`, amount: '1', asset: 'TON' });
    const codes = await each(
      [{ agents: { a1: MAY_PAY } }, { agents: { a1: MAY_PAY }, enabled: false }],
      async (s) => (await ask(s)).reasons[0]?.code,
    );
    expect(codes).toEqual(['wallet_unknown', 'security_disabled']);
  },
  'audit.enabled': async () => {
    await using security = open({ agents: { a1: MAY_PAY }, audit: { enabled: false } });
    const pay = { id: 'r', to: `0:${'ab'.repeat(32)}`, amount: '1', asset: 'TON' };
    expect((await security.agent('a1').execute(pay)).reasons[0]?.code).toBe('security_disabled');
  },
  tenant: async () => {
    const store = keptStore();
    const codes = await each(
      [
        { store, keys: KEYS, tenant: 'one' },
        { store, keys: KEYS, tenant: 'two' },
      ],
      readyCode,
    );
    expect([codes[0], codes[1] === 'nothing thrown']).toEqual(['nothing thrown', false]);
  },
  production: async () => {
    expect(await each([{ keys: KEYS }, { keys: KEYS, production: true }], readyCode)).toEqual(['nothing thrown', 'CONFIG_INVALID']);
  },
  allowUnenforced: async () => {
    expect(await codeOf(async () => open({ risk: { enabled: false } }))).toBe('CONFIG_INVALID');
    await using security = open({ risk: { enabled: false }, allowUnenforced: true });
    await security.ready();
  },
  store: async () => {
    const store = keptStore();
    const paid = await each([{ store, keys: KEYS, agents: { a1: MAY_PAY } }, { store, keys: KEYS }, {}], (security) =>
      codeOf(async () => void (await security.policy.updateAgent('a1', { enabled: true } as never))),
    );
    expect(paid.map((code) => code === 'AGENT_UNKNOWN')).toEqual([false, false, true]);
  },
  chains: async () => {
    const codes = await each([{}, { chains: [offlineEvm()] }], (security) =>
      codeOf(() => security.custody.createWallet('u', 'a1', { chain: EVM_CHAIN })),
    );
    expect(codes).toEqual(['CHAIN_INVALID', 'nothing thrown']);
  },
  agents: async () => {
    const reasons = await each(
      [{}, { agents: { a1: MAY_PAY } }],
      async (security) =>
        (await security.agent('a1').execute({ id: 'r', to: `0:${'ab'.repeat(32)}`, amount: '1', asset: 'TON' })).reasons[0]?.code,
    );
    expect(reasons).toEqual(['agent_unknown', 'wallet_unknown']);
  },
  'keys.passphrase': async () =>
    expect(await reopened({ passphrase: 'correct horse' }, { passphrase: 'wrong horse' })).toEqual([
      'nothing thrown',
      'KEY_DECRYPT_FAILED',
      'nothing thrown',
    ]),
  'keys.encryptionKey': async () =>
    expect(await reopened(KEYS, { encryptionKey: 'ff'.repeat(32) })).toEqual(['nothing thrown', 'KEY_DECRYPT_FAILED', 'nothing thrown']),
  'keys.hsm.provider': async () => {
    const codes = await each([{}, { keys: { ...KEYS, hsm: { provider: 'aws-kms' } } }], (security) =>
      codeOf(() => security.keys.generateKey(ED25519)),
    );
    expect(codes).toEqual(['nothing thrown', 'MODE_UNAVAILABLE']);
  },
  'keys.hsm.clusterId': async () => {
    expect(await codeOf(async () => open({ keys: { hsm: { provider: 'aws-cloudhsm' } } }))).toBe('CONFIG_INVALID');
    await using security = open({ keys: { ...KEYS, hsm: { provider: 'aws-cloudhsm', clusterId: 'c' } } });
    expect(await codeOf(() => security.keys.generateKey(ED25519))).toBe('MODE_UNAVAILABLE');
  },
  'custody.mode': async () => {
    const modes = await each([{ chains: [offlineTon()] }, { chains: [offlineTon()], custody: { mode: 'mpc' } }], async (security) => {
      const { keyId } = await security.custody.createWallet('u', 'a1');
      return (await security.keys.getKey(keyId)).mode;
    });
    expect(modes).toEqual(['software', 'mpc']);
  },
  'custody.userOwned': custodyFlags('wallets say whose they are'),
  'custody.recoveryEnabled': custodyFlags('stops a recovery that was under way; it can still be looked at and cancelled'),
  'custody.mpcThreshold': custodyFlags('%j: keys are shared %i of %i'),
  'custody.mpcParties': custodyFlags('%j: keys are shared %i of %i'),
  'mpc.threshold': custodyFlags('%j: keys are shared %i of %i'),
  'mpc.totalParties': custodyFlags('%j: keys are shared %i of %i'),
  'mpc.parties[].id': custodyFlags('parties have their names, in keys that are shared among so many'),
  'mpc.parties[].type': custodyFlags('a type promises nothing that is not so, and health says that too'),
  'mpc.parties[].endpoint': custodyFlags('a party elsewhere: no key is made here instead, and health says so'),
  'mpc.signatureScheme': custodyFlags('signatureScheme fits a chain that is served, and no key of another is made'),
  'mpc.timeoutMs': custodyFlags('timeoutMs bounds how long shares are waited for'),
  'keyDerivation.scheme': async () => {
    const paths = await each(
      [{ chains: [offlineEvm()] }, { chains: [offlineEvm()], keyDerivation: { scheme: 'bip44' } }],
      async (security) => {
        await security.custody.createWallet('u', 'a1');
        return (await security.keys.getKey((await security.custody.createWallet('u', 'a2')).keyId)).path;
      },
    );
    expect(paths).toEqual(["m/44'/60'/1'/0/0", "m/44'/60'/0'/0/1"]);
  },
  'keyDerivation.coinType': hdWallets('coinType: fits a chain that is served, and makes wallets on no other'),
  'keyDerivation.hardened': hdWallets('hardened: false makes no Ed25519 wallet, and other paths as ever'),
  'keyDerivation.cacheEnabled': hdWallets(
    'cacheEnabled: with it the seed is opened once for a wallet; without it every index before is derived anew',
  ),
  'emergency.killSwitchEnabled': async () => {
    const off = { emergency: { killSwitchEnabled: false }, allowUnenforced: true };
    const codes = await each([{}, off], (security) =>
      codeOf(() => security.emergency.activateKillSwitch({ reason: 'x', triggeredBy: 'x' })),
    );
    expect(codes).toEqual(['nothing thrown', 'MODE_UNAVAILABLE']);
  },
  'emergency.monitor.pause': monitored('tells nothing twice through a reorganisation, and notes once what is gone'),
  'emergency.monitor.intervalMs': monitored('tells nothing twice through a reorganisation, and notes once what is gone'),
  'emergency.autoResponseEnabled': async () => {
    const emergency = { autoResponseTriggers: [{ event: 'permission_changed', threshold: 1, action: 'kill' }] } as const;
    const found = await each([{ emergency }, { emergency: { ...emergency, autoResponseEnabled: false } }], async (security) => {
      await security.start();
      await security.policy.createAgent('a1', MAY_PAY as never);
      await new Promise((resolve) => setTimeout(resolve, 300));
      return (await security.getHealth()).killSwitch;
    });
    expect(found).toEqual(['active', 'inactive']);
  },
  'emergency.autoResponseTriggers[].event': async () =>
    expect([await triggered({})(), await triggered({ event: 'key_event' })()]).toEqual(['pause', 'nothing']),
  'emergency.autoResponseTriggers[].threshold': async () =>
    expect([await triggered({})(), await triggered({ threshold: 3 })()]).toEqual(['pause', 'nothing']),
  'emergency.autoResponseTriggers[].windowMs': async () =>
    expect([await triggered({ windowMs: 600_000 }, 2, 60_000)(), await triggered({ windowMs: 10_000 }, 2, 60_000)()]).toEqual([
      'pause',
      'nothing',
    ]),
  'emergency.autoResponseTriggers[].action': async () =>
    expect([await triggered({})(), await triggered({ action: 'kill' })()]).toEqual(['pause', 'kill']),
  clock: async () => {
    const clock = createManualClock(1_234_567_890_123);
    await using security = open({ clock });
    expect((await security.keys.generateKey(ED25519)).createdAtMs).toBe(1_234_567_890_123);
  },
  random: async () => {
    const keys = await each(
      [1, 1, 2].map((seed) => ({ random: createSeededRandom(seed) })),
      async (security) => (await security.keys.generateKey(ED25519)).publicKey,
    );
    expect([keys[0] === keys[1], keys[0] === keys[2]]).toEqual([true, false]);
  },
};
