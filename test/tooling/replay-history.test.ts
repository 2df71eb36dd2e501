import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openReplayScene, permissionsIn } from '../../scripts/scorecard/replay-scene.ts';
import { type CandidateOf, type CompiledPolicy, compilePolicy, replay } from '../../src/authz/index.ts';
import type { Decision, Json, SecurityEvent } from '../../src/core/index.ts';
import { createMemoryEventStore } from '../../src/index.ts';

type Words = Readonly<Record<string, Json>>;
type TemporalWords = { readonly predicate: Words; readonly label: string };

function candidates(entries: readonly SecurityEvent[], change: (permissions: Words) => Json): CandidateOf {
  const told = permissionsIn(entries);
  const made = new Map<string, CompiledPolicy>();
  return (_agent, before) => {
    const known = told.get(before.digest);
    if (known === undefined) return undefined;
    const after = made.get(before.digest) ?? compilePolicy(change(known.permissions), known.tokens, known.base);
    made.set(before.digest, after);
    return after;
  };
}
const rulesOf = (permissions: Words): readonly TemporalWords[] =>
  (permissions['temporalRules'] ?? []) as unknown as readonly TemporalWords[];
const decisionsIn = (entries: readonly SecurityEvent[]): readonly Decision[] =>
  entries.flatMap((event) => (event.type === 'decision_made' ? [event.decision] : []));
/** The first decision facts of which hold this one. */
const facts = (entries: readonly SecurityEvent[], name: string): number =>
  decisionsIn(entries).filter(({ facts: told }) => Object.keys(told).some((key) => key.startsWith(name))).length;
const lackingIn = (report: Awaited<ReturnType<typeof replay>>): ReadonlySet<string> =>
  new Set(report.indeterminate.flatMap(({ facts: names }) => names));

async function logOf(config?: Readonly<Record<string, unknown>>): Promise<readonly SecurityEvent[]> {
  const open = await openReplayScene(undefined, 'replay-history', 16, config);
  try {
    await open.decide(240);
    return await open.entries();
  } finally {
    await open.close();
  }
}

describe('replay of decisions under rules over history and trees of policies', () => {
  let entries: readonly SecurityEvent[] = [];
  beforeAll(async () => {
    entries = await logOf();
  });

  it('reproduces every verdict and reason, of leaves and temporal rules too', async () => {
    const report = await replay({ entries });
    expect([report.decisions, report.same]).toEqual([240, 240]);
    expect(facts(entries, 'policy.tree')).toBeGreaterThan(20);
    expect(facts(entries, 'temporal.')).toBeGreaterThan(20);
    const rules = decisionsIn(entries).flatMap(({ reasons }) => reasons.map(({ rule = '' }) => rule.replace(/[/.:-].*/, '')));
    expect(rules).toEqual(expect.arrayContaining(['temporal', 'policy']));
  });

  it('never guesses what a new rule over history would have found', async () => {
    const rule = { predicate: { kind: 'consecutive_failures', count: 3, windowMs: 77_000 }, consequence: 'reject', label: 'added' };
    const policy = candidates(entries, (permissions) => ({ ...permissions, temporalRules: [rule, ...rulesOf(permissions)] as never }));
    const report = await replay({ entries, policy });
    expect([report.newlyAllowed, report.newlyDenied]).toEqual([[], []]);
    expect([...lackingIn(report)].some((name) => name === 'temporal.consecutive_failures.77000')).toBe(true);
  });

  it('calls decisions of before a fact was kept indeterminate, by the name of the fact', async () => {
    const old = entries.map((event): SecurityEvent => {
      if (event.type !== 'decision_made') return event;
      const kept = Object.entries(event.decision.facts).filter(([name]) => !/^(union\.)?temporal\.(?!events)/.test(name));
      return { ...event, decision: { ...event.decision, facts: Object.fromEntries(kept) } };
    });
    const report = await replay({ entries: old });
    expect(report.indeterminate.length).toBeGreaterThan(20);
    expect([...lackingIn(report)].every((name) => /^(union\.)?temporal\./.test(name))).toBe(true);
    expect([report.newlyAllowed, report.newlyDenied, report.newlyEscalated, report.otherReasons]).toEqual([[], [], [], []]);
    expect(report.same + report.indeterminate.length).toBe(240);
  });
});

describe('replay of decisions that a history of the deployment’s own had a part in', () => {
  let entries: readonly SecurityEvent[] = [];
  beforeAll(async () => {
    entries = await logOf({ authorization: { eventStore: createMemoryEventStore() } });
  });
  afterAll(() => {
    entries = [];
  });

  it('reproduces every verdict and reason, and tells nothing of the history but that it was there', async () => {
    const report = await replay({ entries });
    expect([report.decisions, report.same]).toEqual([240, 240]);
    expect(facts(entries, 'temporal.events')).toBeGreaterThan(20);
    for (const { input } of decisionsIn(entries)) if (input?.settings !== undefined) expect(input.settings['eventStore']).toBe(true);
  });

  it('keeps an answer where the question is the same, and takes it for no other', async () => {
    const fewer = candidates(entries, (permissions) => ({ ...permissions, temporalRules: rulesOf(permissions).slice(1) as never }));
    expect(lackingIn(await replay({ entries, policy: fewer })).has('temporal.events')).toBe(false);
    const longer = candidates(entries, (permissions) => ({
      ...permissions,
      temporalRules: rulesOf(permissions).map((rule) => {
        const { windowMs } = rule.predicate;
        return { ...rule, predicate: { ...rule.predicate, ...(typeof windowMs === 'number' ? { windowMs: windowMs + 1 } : {}) } };
      }) as never,
    }));
    const report = await replay({ entries, policy: longer });
    expect(lackingIn(report).has('temporal.events')).toBe(true);
    expect([report.newlyAllowed, report.newlyDenied, report.newlyEscalated]).toEqual([[], [], []]);
  });
});
