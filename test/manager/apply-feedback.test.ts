import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/adapters/host/index.ts';
import { createMemoryStore } from '../../src/adapters/store/memory/index.ts';
import type { Decision, Json } from '../../src/core/index.ts';
import { applyFeedback } from '../../src/manager/risk/learning/apply-feedback.ts';
import { feedbackKey, type KeptFeedback, parseFeedback } from '../../src/manager/risk/learning/kept-feedback.ts';
import { scoreCommands } from '../../src/manager/risk/learning/learn-scores.ts';
import { HABIT_MODEL_VERSION as MODEL, MOST_LEAN, type ScoreRecord, thresholdOf } from '../../src/risk/index.ts';
import { regularScores } from '../e2e/learning-bench.ts';

const DAY = 86_400_000;
const FROM = 20_000 * DAY;
const record = regularScores(FROM, 200);
const about = (odds: number, alarm: boolean, approvals: readonly string[] = []): Pick<Decision, 'facts' | 'approvals'> => ({
  facts: { risk: { habits: { model: MODEL, odds, goodIn1000: 1, ownIn1000: 1, alarm } } } as unknown as Decision['facts'],
  approvals,
});
const said = (verdict: KeptFeedback['verdict'], taught: boolean): KeptFeedback => ({ v: 1, verdict, atMs: FROM, taught });
const base = { record, decision: about(-1.5, true), prior: undefined, isSettled: false, atMs: FROM };

describe('a word about a decision', () => {
  it('only ever loosens by "legitimate" and tightens by "fraud", whatever was before', () => {
    const any = fc.record({
      odds: fc.double({ min: -9, max: 4, noNaN: true }),
      alarm: fc.boolean(),
      isSettled: fc.boolean(),
      lean: fc.nat(MOST_LEAN),
      asked: fc.boolean(),
    });
    fc.assert(
      fc.property(any, ({ odds, alarm, isSettled, lean, asked }) => {
        const before = { ...record, lean };
        const input = { ...base, record: before, decision: about(odds, alarm, asked ? ['a'] : []), isSettled };
        const threshold = thresholdOf(before, MODEL);
        const good = applyFeedback({ ...input, verdict: 'legitimate' });
        expect(thresholdOf(good.record, MODEL)).toBeGreaterThanOrEqual(threshold - 0.02);
        const bad = applyFeedback({ ...input, verdict: 'fraud' });
        expect(bad.record.lean).toBe(Math.min(MOST_LEAN, lean + 1));
        // Taking an action back leaves fewer to go by: the step down is never less than that.
        expect(thresholdOf(bad.record, MODEL)).toBeLessThanOrEqual(threshold + 0.02);
        const replaced = applyFeedback({ ...input, record: good.record, prior: said('legitimate', good.taught), verdict: 'fraud' });
        expect(thresholdOf(replaced.record, MODEL)).toBeLessThanOrEqual(threshold + 0.02);
      }),
    );
  });

  it('teaches an alarm once: by the word, or by settling after people said yes', () => {
    const told = applyFeedback({ ...base, verdict: 'legitimate' });
    expect([told.taught, told.record.count]).toEqual([true, record.count + 1]);
    const settled = applyFeedback({ ...base, decision: about(-1.5, true, ['yes']), isSettled: true, verdict: 'legitimate' });
    expect([settled.taught, settled.record.count]).toEqual([false, record.count]);
    const calm = applyFeedback({ ...base, decision: about(-7, false), verdict: 'legitimate' });
    expect(calm.record).toEqual(record);
  });

  it('that cannot be read counts as fraud, and teaches nothing', () => {
    expect(parseFeedback(undefined)).toBeUndefined();
    for (const wrong of ['x', {}, { v: 2 }, { v: 1, verdict: 'fine', atMs: 1, taught: true }, []])
      expect(parseFeedback(wrong as Json)?.verdict, JSON.stringify(wrong)).toBe('fraud');
  });
});

describe('what settling teaches', () => {
  const settle = async (decision: Partial<Decision>, docs: Record<string, unknown> = {}): Promise<ScoreRecord | null> => {
    const store = createMemoryStore({ clock: systemClock() });
    const stored = { 'threshold/a1': record, ...docs };
    const commands = Object.entries(stored).map(([key, value]) => ({ kind: 'doc.put', key, value: value as Json }) as const);
    await store.apply([{ commands }]);
    const made = await scoreCommands(store, { id: 'd1', agent: 'a1', approvals: [], facts: {}, ...decision } as Decision, FROM);
    if (made === null) return null;
    const [put] = made;
    return put?.kind === 'doc.put' ? (put.value as unknown as ScoreRecord) : record;
  };

  it('an unalarmed score, and an alarm that people said yes to; no other alarm', async () => {
    expect(await settle(about(-7, false))).toMatchObject({ settled: 1, count: 201 });
    expect(await settle(about(-1.5, true))).toMatchObject({ settled: 1, count: 200 });
    expect(await settle(about(-1.5, true, ['yes']))).toMatchObject({ settled: 1, count: 201, told: { times: 1 } });
    expect(await settle({}), 'a payment without a score').toMatchObject({ settled: 1, count: 200 });
  });

  it('nothing of what is called fraud, nothing twice, and nothing into a record that cannot be read', async () => {
    expect(await settle(about(-7, false), { [feedbackKey('d1')]: said('fraud', false) })).toBeNull();
    expect(await settle(about(-1.5, true, ['yes']), { [feedbackKey('d1')]: said('legitimate', true) })).toMatchObject({
      settled: 1,
      count: 200,
    });
    expect(await settle(about(-7, false), { 'threshold/a1': { v: 9 } })).toEqual(record);
  });
});
