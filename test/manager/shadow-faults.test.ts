import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openReplayScene, type ReplayScene } from '../../scripts/scorecard/replay-scene.ts';
import { systemClock, systemRandom } from '../../src/adapters/host/index.ts';
import type { CompiledPolicy } from '../../src/authz/index.ts';
import type { Decision } from '../../src/core/index.ts';
import { createShadows, type Shadows } from '../../src/manager/policies/shadows.ts';

const CLOSED = { capabilities: { transfers: { enabled: false } } };
const host = { clock: systemClock(), random: systemRandom() };
let bench: ReplayScene;
let judged: readonly { readonly decision: Decision; readonly policy: CompiledPolicy }[] = [];
beforeAll(async () => {
  bench = await openReplayScene(undefined, 'shadow-faults', 4);
  await bench.decide(60);
  const { policies } = bench.scene.house;
  judged = (await bench.entries()).flatMap((event) => {
    const policy = event.type === 'decision_made' ? policies.lastOf(event.decision.agent) : undefined;
    return event.type === 'decision_made' && policy !== undefined ? [{ decision: event.decision, policy }] : [];
  });
});
afterAll(() => bench.close());

type Apply = Parameters<typeof createShadows>[0]['journal']['apply'];
/** Candidates of every agent, over a journal and a compiler of the test's. */
function shadowsWith(parts: { readonly compile?: (permissions: unknown) => CompiledPolicy; readonly apply?: Apply }): Shadows {
  const { house } = bench.scene;
  const journal = { ...house.journal, ...(parts.apply === undefined ? {} : { apply: parts.apply }) };
  const compile = parts.compile ?? house.policies.compile;
  const shadows = createShadows({ host, tenant: 'default', journal, policies: { compile } });
  for (const agent of agents()) shadows.set(agent, CLOSED);
  return shadows;
}
const agents = (): readonly string[] => [...new Set(judged.map(({ decision }) => decision.agent))];
const sum = (shadows: Shadows, field: 'compared' | 'indeterminate' | 'dropped' | 'unrecorded' | 'newlyDenied'): number =>
  agents().reduce((total, agent) => total + (shadows.report(agent)?.[field] ?? Number.NaN), 0);
const observeAll = (shadows: Shadows): void => {
  for (const { decision, policy } of judged) shadows.observe(decision, policy);
};

function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value) || Object.isFrozen(value)) return value;
  for (const inner of Object.values(value)) deepFreeze(inner);
  return Object.freeze(value);
}

describe('a candidate', () => {
  it('that throws wherever it is touched is counted, and whoever decides hears nothing of it', async () => {
    const digest = 'f'.repeat(64);
    const thrower = new Proxy({} as CompiledPolicy, {
      get(_target, field) {
        if (field === 'digest') return digest;
        throw new Error('the candidate is broken');
      },
    });
    const shadows = shadowsWith({ compile: () => thrower });
    expect(() => observeAll(shadows)).not.toThrow();
    await shadows.settled();
    expect([sum(shadows, 'indeterminate'), sum(shadows, 'compared')]).toEqual([judged.length, 0]);
  });

  it('cannot change what was decided: the decision is the same to the byte, and nothing writes to it', async () => {
    const before = judged.map(({ decision }) => structuredClone(decision));
    const plain = shadowsWith({ apply: async () => ({ ok: true }) as never });
    observeAll(plain);
    await plain.settled();
    expect(judged.map(({ decision }) => decision)).toEqual(before);
    const frozen = shadowsWith({ apply: async () => ({ ok: true }) as never });
    for (const { decision, policy } of judged) frozen.observe(deepFreeze(structuredClone(decision)), policy);
    await frozen.settled();
    expect(sum(frozen, 'newlyDenied')).toBeGreaterThan(0);
    for (const agent of agents()) expect({ ...frozen.report(agent), sinceMs: 0 }).toEqual({ ...plain.report(agent), sinceMs: 0 });
  });

  it('whose differences nobody can record holds nothing up: what waits is bounded, the rest is dropped and counted', async () => {
    let release: () => void = () => undefined;
    const stuck = new Promise<never>((_resolve, reject) => {
      release = () => reject(new Error('the store is away'));
    });
    stuck.catch(() => undefined);
    const shadows = shadowsWith({ apply: () => stuck });
    const rounds = 20;
    for (let round = 0; round < rounds; round += 1) observeAll(shadows);
    // Nobody has waited: all of it happened in one turn.
    expect(sum(shadows, 'compared')).toBe(0);
    expect(sum(shadows, 'dropped')).toBeGreaterThanOrEqual(judged.length * rounds - 257);
    release();
    await shadows.settled();
    expect(sum(shadows, 'unrecorded')).toBe(sum(shadows, 'newlyDenied'));
    expect(sum(shadows, 'unrecorded')).toBeGreaterThan(0);
  });

  it('is not waited for: the requests of a house whose candidates are stuck are decided all the same', async () => {
    const other = await openReplayScene(undefined, 'shadow-stuck', 4);
    try {
      const { house } = other.scene;
      const never = createShadows({
        host,
        tenant: 'default',
        journal: { ...house.journal, apply: () => new Promise(() => undefined) },
        policies: house.policies,
      });
      for (const agent of ['random-0', 'random-1', 'random-2', 'random-3']) never.set(agent, CLOSED);
      const seen = house.shadows.observe;
      Object.assign(house.shadows, { observe: (decision: Decision, policy: CompiledPolicy) => never.observe(decision, policy) });
      await other.decide(40);
      Object.assign(house.shadows, { observe: seen });
      const decisions = (await other.entries()).filter(({ type }) => type === 'decision_made');
      expect(decisions).toHaveLength(40);
    } finally {
      await other.close();
    }
  });
});
