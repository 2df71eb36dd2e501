import { beforeAll, describe, expect, it } from 'vitest';
import { TON } from '../../bench/ton-decide.ts';
import { openReplayScene, permissionsIn } from '../../scripts/scorecard/replay-scene.ts';
import { entryId, toEntry } from '../../src/audit/index.ts';
import { type CandidateOf, type CompiledPolicy, compilePolicy, replay } from '../../src/authz/index.ts';
import type { Json, SecurityEvent } from '../../src/core/index.ts';

type Change = (permissions: Readonly<Record<string, Json>>) => Json;

/** Candidates made from the words in the log itself, as a third party would. */
function candidates(entries: readonly SecurityEvent[], change: Change): CandidateOf {
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

describe.each([
  ['EVM', undefined],
  ['TON', TON],
])('replay of random requests on %s', (_name, chain) => {
  let entries: readonly SecurityEvent[] = [];
  beforeAll(async () => {
    const open = await openReplayScene(chain, 'replay-test');
    try {
      await open.decide(200);
      entries = await open.entries();
    } finally {
      await open.close();
    }
  });

  it('reproduces every verdict and every reason under the rules of each decision', async () => {
    const report = await replay({ entries });
    expect({ ...report, notReplayable: report.notReplayable.length }).toEqual({
      decisions: 200,
      judged: 200,
      same: 200,
      otherReasons: [],
      newlyDenied: [],
      newlyAllowed: [],
      newlyEscalated: [],
      indeterminate: [],
      notReplayable: 0,
    });
    const verdicts = new Set(entries.flatMap((event) => (event.type === 'decision_made' ? [event.decision.verdict] : [])));
    expect([...verdicts].sort()).toEqual(['approved', 'denied', 'escalated']);
  });

  it('comes to the same from the kept state, where other rules mean that risk, anomalies and room are measured anew', async () => {
    const stranger = chain === undefined ? `0x${'ab'.repeat(20)}` : `0:${'ab'.repeat(32)}`;
    const policy = candidates(entries, (permissions) => ({
      ...permissions,
      allowedDestinations: [...((permissions['allowedDestinations'] ?? []) as readonly Json[]), stranger],
    }));
    const report = await replay({ entries, policy });
    expect(report).toMatchObject({ judged: 200, same: 200, indeterminate: [] });
  });

  it('lists what a stricter policy denies, and nothing else', async () => {
    const policy = candidates(entries, (permissions) => ({ ...permissions, capabilities: { transfers: { enabled: false } } }));
    const report = await replay({ entries, policy });
    const approved = entries.filter((event) => event.type === 'decision_made' && event.decision.verdict !== 'denied');
    expect(report.newlyAllowed).toEqual([]);
    expect(report.newlyDenied.length).toBeGreaterThan(10);
    expect(report.newlyDenied.length).toBeLessThanOrEqual(approved.length);
    for (const { before, reasons } of report.newlyDenied) {
      expect(before).not.toBe('denied');
      expect(['capability_disabled', 'policy_no_match']).toContain(reasons[0]?.code);
    }
  });

  it('says which facts it lacks instead of guessing', async () => {
    const policy = candidates(entries, (permissions) => ({ ...permissions, limits: { unit: 'USD', perTransaction: 1, daily: 1 } }));
    const report = await replay({ entries, policy });
    const names = new Set(report.indeterminate.flatMap(({ facts }) => facts));
    expect([...names].some((name) => name.includes('price.'))).toBe(true);
    expect(report.indeterminate.length).toBeGreaterThan(20);
    expect(report.newlyAllowed).toEqual([]);
  });

  it('lists decisions of before inputs were kept, and those whose rules nobody told', async () => {
    const old = entries.map((event): SecurityEvent => {
      if (event.type !== 'decision_made') return event;
      const { input: _kept, ...decision } = event.decision;
      return { ...event, decision };
    });
    const first = await replay({ entries: old });
    expect(first).toMatchObject({ decisions: 200, judged: 0, same: 0 });
    expect(new Set(first.notReplayable.map(({ why }) => why))).toEqual(new Set(['no_input']));
    const untold = await replay({ entries: entries.filter(({ type }) => type === 'decision_made') });
    expect(new Set(untold.notReplayable.map(({ why }) => why))).toEqual(new Set(['policy_unknown']));
  });

  it('keeps each entry’s own id the last that its text holds, whatever ids its rules have', () => {
    for (const event of entries) expect(entryId(toEntry(event).entry)).toBe(event.id);
    expect(entries.some((event) => event.type === 'permission_changed' && JSON.stringify(event.enacts).includes('"id":'))).toBe(true);
  });

  it('takes no text for rules that it does not compile to', async () => {
    const forged = entries.map((event): SecurityEvent => {
      if (event.type !== 'permission_changed' || event.enacts === undefined) return event;
      return { ...event, enacts: { ...event.enacts, permissions: { capabilities: { transfers: { enabled: true } } } } };
    });
    expect(await replay({ entries: forged })).toMatchObject({ judged: 0, same: 0, newlyAllowed: [] });
  });
});
