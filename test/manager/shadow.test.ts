import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openReplayScene, permissionsIn, type ReplayScene } from '../../scripts/scorecard/replay-scene.ts';
import { compilePolicy, replay } from '../../src/authz/index.ts';
import type { Json, SecurityEvent } from '../../src/core/index.ts';
import { createSecurityManager } from '../../src/index.ts';
import { offline } from './fixture.ts';

/** Nothing may leave: whatever the policy in force allows, the candidate denies. */
const CLOSED = { capabilities: { transfers: { enabled: false } } };
const AGENTS = ['random-0', 'random-1', 'random-2', 'random-3'];
const differences = (entries: readonly SecurityEvent[]) => entries.flatMap((event) => (event.type === 'shadow_difference' ? [event] : []));
const decisions = (entries: readonly SecurityEvent[]) =>
  entries.flatMap((event) => (event.type === 'decision_made' ? [event.decision] : []));

describe('a candidate beside the policy in force', () => {
  let bench: ReplayScene;
  beforeEach(async () => {
    bench = await openReplayScene(undefined, 'shadow-test', AGENTS.length);
  });
  afterEach(async () => {
    await bench.close();
  });

  it('is judged on every decision, tells each difference once, and counts what a replay of the log counts', async () => {
    const { shadows } = bench.scene.house;
    for (const agent of AGENTS) shadows.set(agent, CLOSED);
    await bench.decide(160);
    await shadows.settled();
    const entries = await bench.entries();
    const [told] = permissionsIn(entries).values();
    if (told === undefined) throw new Error('the log tells of no policy');
    const replayed = await replay({ entries, policy: compilePolicy(CLOSED, told.tokens, told.base) });
    const reports = AGENTS.map((agent) => shadows.report(agent));
    const sum = (of: 'compared' | 'same' | 'otherReasons' | 'newlyDenied' | 'newlyAllowed' | 'indeterminate' | 'dropped' | 'unrecorded') =>
      reports.reduce((total, report) => total + (report?.[of] ?? Number.NaN), 0);
    expect(sum('newlyDenied')).toBeGreaterThan(0);
    expect(sum('newlyDenied')).toBe(replayed.newlyDenied.length);
    expect(sum('same')).toBe(replayed.same);
    expect(sum('otherReasons')).toBe(replayed.otherReasons.length);
    expect([sum('newlyAllowed'), sum('dropped'), sum('unrecorded')]).toEqual([0, 0, 0]);
    expect(sum('compared') + sum('indeterminate')).toBe(decisions(entries).length);
    const seen = differences(entries).map(({ details }) => [details['decisionId'], details['before'], details['after']]);
    expect(seen.sort()).toEqual(replayed.newlyDenied.map(({ decisionId, before, after }) => [decisionId, before, after]).sort());
  });

  it('decides nothing: the same requests come to the same decisions with and without it', async () => {
    const other = await openReplayScene(undefined, 'shadow-test', AGENTS.length);
    try {
      for (const agent of AGENTS) bench.scene.house.shadows.set(agent, CLOSED);
      await bench.decide(80);
      await other.decide(80);
      const shown = async (scene: ReplayScene): Promise<Json> =>
        decisions(await scene.entries()).map(({ verdict, reasons }) => [verdict, ...reasons.map(({ code }) => code)]);
      expect(await shown(bench)).toEqual(await shown(other));
    } finally {
      await other.close();
    }
  });

  it('holds nobody up: what comes too fast is dropped and counted', async () => {
    const { shadows } = bench.scene.house;
    await bench.decide(1);
    const [decision] = decisions(await bench.entries());
    const policy = decision === undefined ? undefined : bench.scene.house.policies.lastOf(decision.agent);
    if (decision === undefined || policy === undefined) throw new Error('no decision');
    shadows.set(decision.agent, CLOSED);
    for (let turn = 0; turn < 1_000; turn += 1) shadows.observe(decision, policy);
    expect(shadows.report(decision.agent)?.dropped).toBeGreaterThanOrEqual(743);
    await shadows.settled();
    const report = shadows.report(decision.agent);
    expect((report?.compared ?? 0) + (report?.indeterminate ?? 0) + (report?.dropped ?? 0)).toBe(1_000);
  });

  it('ends where it is set to null, and begins anew where it is set again', async () => {
    const { shadows } = bench.scene.house;
    shadows.set('random-0', CLOSED);
    shadows.set('random-0', null);
    await bench.decide(20);
    await shadows.settled();
    expect(shadows.report('random-0')).toBeUndefined();
    expect(differences(await bench.entries())).toEqual([]);
  });
});

describe('the manager', () => {
  it('takes a candidate of the configuration, and one that is set later; a wrong one is refused', async () => {
    await using security = createSecurityManager(
      offline({ agents: { a1: { template: 'balanced' } }, shadow: { a1: { template: 'conservative' } } }),
    );
    const first = await security.policy.shadowReport('a1');
    expect(first).toMatchObject({ agentId: 'a1', compared: 0 });
    const second = await security.policy.shadow('a1', { template: 'aggressive' });
    expect(second?.candidate).not.toBe(first?.candidate);
    await expect(security.policy.shadow('a1', { colour: 'red' })).rejects.toMatchObject({ code: 'POLICY_INVALID' });
    expect(await security.policy.shadow('a1', null)).toBeNull();
    expect(await security.policy.shadowReport('a1')).toBeNull();
    const broken = createSecurityManager(offline({ shadow: { a1: { colour: 'red' } } }));
    await expect(broken.ready()).rejects.toMatchObject({ code: 'POLICY_INVALID' });
  });
});
