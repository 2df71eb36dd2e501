import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { evm } from '../../src/adapters/evm/index.ts';
import { systemClock, systemRandom } from '../../src/adapters/host/index.ts';
import { memoryStore } from '../../src/adapters/store/memory/index.ts';
import { createSecurityManager, type SecurityConfig, type SecurityHealth } from '../../src/index.ts';
import { CHECKS, type Patient } from '../../src/integrations/cli/doctor/checks.ts';
import { configPolicies } from '../../src/manager/index.ts';
import { type Desk, openDesk, PERMISSIONS } from './scene.ts';

const BOB = `0x${'b0'.repeat(20)}`;
const ROUTER = `0x${'c4'.repeat(20)}`;
const temporal = [
  { predicate: { kind: 'spend_velocity', windowMs: 3_600_000, token: 'ETH', maxAmount: '2' }, consequence: 'reject' },
  { predicate: { kind: 'consecutive_failures', count: 3 }, consequence: 'reject' },
  { predicate: { kind: 'approval_flood', windowMs: 3_600_000, threshold: 3 }, consequence: 'require_approval' },
] as const;
const agent = {
  template: 'balanced',
  allowedDestinations: [BOB],
  allowedContracts: [{ address: ROUTER }],
  limits: { unit: 'ETH', perTransaction: '0.5', daily: 1, weekly: 5, monthly: 10 },
  requireApprovalAbove: '0.2',
  rateLimiting: { cooldownSeconds: 5, maxPerHour: 10 },
  strategies: [{ id: 'dca', maxAmountPerTrade: '0.1', maxDailyVolume: '0.5' }],
  temporalRules: temporal,
} as const;

/** A deployment that misses no line. */
const sound = (): SecurityConfig =>
  ({
    store: memoryStore(),
    keys: { encryptionKey: '5e'.repeat(32), hsm: { provider: 'aws-kms' } },
    chains: [evm({ chains: [{ chain: 'eip155:31337', rpcUrl: 'http://127.0.0.1:9', confirmations: 1 }] })],
    registry: { keys: [{ id: 'ann', scheme: 'ed25519', key: 'ab'.repeat(32), roles: ['approver'] }] },
    agents: { a1: agent },
    approvals: { ttlMs: 600_000, providers: [{ name: 'desk', notify: () => undefined }] },
    emergency: { notificationEndpoints: [{ type: 'webhook', url: 'https://alerts.example', secret: 'x'.repeat(32) }] },
  }) as unknown as SecurityConfig;

let health: SecurityHealth;
beforeAll(async () => {
  const bare = { chains: sound().chains, store: memoryStore(), agents: {} };
  await using security = createSecurityManager(bare);
  const { store, ...rest } = await security.getHealth();
  health = { ...rest, store: { ...store, durability: 'durable' } };
});

type Given = Partial<Omit<Patient, 'policies' | 'compiled'>> & { readonly config?: Readonly<Record<string, unknown>> };

function patient({ config = {}, ...given }: Given = {}): Patient {
  const policies = configPolicies({ ...sound(), ...config } as SecurityConfig, { clock: systemClock(), random: systemRandom() });
  const compiled = new Map([...policies.permissions].map(([id, words]) => [id, policies.compile(words)] as const));
  const samples = [{ name: 'pay.json', ok: true, why: '' }];
  return { policies, compiled, health, samples, confirmed: new Set(['cold-wallet']), ...given };
}
async function missed(of: Patient): Promise<readonly string[]> {
  const found = await Promise.all(CHECKS.map(async ({ id, run }) => [id, await run(of)] as const));
  return found.flatMap(([id, missing]) => (missing.length === 0 ? [] : [id]));
}
const agents = (over: object): Given => ({ config: { agents: { a1: { ...agent, ...over } } } });
const ephemeral = (): SecurityHealth => ({ ...health, store: { ...health.store, durability: 'ephemeral' } });

describe('the list before a deployment', () => {
  it('misses nothing in a sound deployment', async () => {
    expect(await missed(patient())).toEqual([]);
  });

  it.each<[string, string, () => Given]>([
    [
      'valid',
      'a warning',
      () =>
        agents({
          rules: [
            { id: 'same', conditions: [], action: 'escalate' },
            { id: 'twin', conditions: [], action: 'escalate' },
          ],
        }),
    ],
    ['covered', 'contracts that no list names', () => agents({ allowedContracts: [] })],
    ['approval', 'nobody who is told', () => ({ config: { approvals: { providers: [] } } })],
    ['approval', 'nobody who may approve', () => ({ config: { registry: { keys: [] } } })],
    ['approval-time', 'a minute to answer', () => ({ config: { approvals: { ...sound().approvals, ttlMs: 60_000 } } })],
    ['approval-time', 'a minute by the policy', () => agents({ humanApprovalTimeoutMs: 60_000 })],
    ['caps', 'a store in memory', () => ({ health: ephemeral() })],
    ['receipts', 'a store in memory', () => ({ health: ephemeral() })],
    ['caps', 'a store that does not open', () => ({ health: 'STORE_UNAVAILABLE: no.' })],
    ['simulation', 'no simulation', () => agents({ requireSimulation: false })],
    ['simulation', 'an old simulation', () => agents({ simulationStalenessMs: 3_600_000 })],
    ['simulation', 'simulation that is off', () => ({ config: { authorization: { enableSimulation: false }, allowUnenforced: true } })],
    ...temporal.map((rule): [string, string, () => Given] => [
      'temporal',
      `no ${rule.predicate.kind}`,
      () => agents({ temporalRules: temporal.filter((other) => other !== rule) }),
    ]),
    ['strategies', 'a strategy without a limit for a day', () => agents({ strategies: [{ id: 'dca', maxAmountPerTrade: '0.1' }] })],
    ['strategies', 'a strategy without a limit for a trade', () => agents({ strategies: [{ id: 'dca', maxDailyVolume: '0.5' }] })],
    ['audit', 'a log that cannot be signed', () => ({ health: { ...health, audit: { ...health.audit, fault: 'LOG_CORRUPT' } } })],
    ['audit', 'a log that is off', () => ({ config: { audit: { enabled: false } } })],
    ['monitor', 'nobody who hears of it', () => ({ config: { emergency: {} } })],
    ['monitor', 'findings that stop nobody', () => ({ config: { emergency: { ...sound().emergency, monitor: { pause: false } } } })],
    [
      'monitor',
      'a trigger that is switched off',
      () => {
        const trigger = { event: 'monitor_unrecorded', threshold: 1, action: 'kill' };
        return { config: { emergency: { autoResponseTriggers: [trigger], autoResponseEnabled: false }, allowUnenforced: true } };
      },
    ],
    ['keys', 'a key in this process', () => ({ config: { keys: { encryptionKey: '5e'.repeat(32) } } })],
    ['keys', 'all shares in this process', () => ({ config: { keys: { encryptionKey: '5e'.repeat(32) }, custody: { mode: 'mpc' } } })],
    ['cold-wallet', 'nobody’s word', () => ({ confirmed: new Set<string>() })],
    ['dry-runs', 'no sample', () => ({ samples: [] })],
    ['dry-runs', 'a sample that is denied', () => ({ samples: [{ name: 'pay.json', ok: false, why: 'policy_no_match' }] })],
  ])('misses %s with %s', async (id, _what, given) => {
    expect(await missed(patient(given()))).toContain(id);
  });

  it('misses the limit of one transaction, whoever took it away', async () => {
    const of = patient();
    const compiled = new Map(
      [...of.compiled].map(([id, policy]) => {
        const windows = policy.unitCap.windows.filter(({ windowMs }) => windowMs !== 0);
        return [id, { ...policy, unitCap: { ...policy.unitCap, windows } }] as const;
      }),
    );
    expect(await missed({ ...of, compiled })).toContain('covered');
  });

  it('misses stress where nothing fits under the limits', async () => {
    const limits = { unit: 'ETH', perTransaction: 0, daily: 1, weekly: 5, monthly: 10 };
    expect(await missed(patient(agents({ limits })))).toContain('stress');
  });

  it('misses every line about policies where there is none', async () => {
    const none = await missed(patient({ config: { agents: {} } }));
    expect(none).toEqual(
      expect.arrayContaining(['valid', 'covered', 'approval', 'approval-time', 'simulation', 'temporal', 'strategies', 'stress']),
    );
  });
});

describe('castellan doctor', () => {
  let desk: Desk;
  beforeAll(() => {
    desk = openDesk();
    desk.config('wrong.yaml', { ...PERMISSIONS, colour: 'red' });
    desk.config('bare.yaml');
  });
  afterAll(() => desk.remove());

  it('goes on where a policy is none, and ends with 1', async () => {
    const { code, out } = await desk.cli('doctor', '--config', 'wrong.yaml', '--json');
    const { checks } = JSON.parse(out) as { checks: { id: string; ok: boolean; missing: string[] }[] };
    expect([code, checks.length]).toEqual([1, 15]);
    expect(checks[0]).toMatchObject({ id: 'valid', ok: false, missing: [expect.stringContaining('colour: unknown_field')] });
  });

  it('takes nobody’s word for what it can see itself, nor for a line that is not there', async () => {
    for (const line of ['keys', 'cold_wallet', '']) {
      const { code, err } = await desk.cli('doctor', '--config', 'bare.yaml', '--confirm', line);
      expect([code, err]).toEqual([3, expect.stringMatching(/^USAGE: Only cold-wallet can be confirmed/)]);
    }
  });
});
