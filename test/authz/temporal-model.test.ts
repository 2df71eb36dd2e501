import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bookAmount, type Json, noteOutcome, type OutcomeRow, storeKey, type WindowRow } from '../../src/core/index.ts';
import { TemporalModel, type TemporalNote } from '../model/temporal.ts';
import { BOB, fee, NOW, send, USDC } from './fixture.ts';
import { rounds } from './rounds.ts';
import { counting, judged, toldBy } from './temporal-scene.ts';

const outcome = fc.constantFrom('success', 'failed', 'simulation_failed', 'approval_timeout');
const age = fc.oneof(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 0, max: 4_000 }));
const notes = fc
  .array(fc.record({ what: outcome, age }), { maxLength: 40 })
  .map((list) => list.toSorted((a, b) => b.age - a.age).map(({ what, age: ms }): TemporalNote => ({ agent: 'a1', atMs: NOW - ms, what })));
const windowMs = fc.oneof(fc.integer({ min: 1, max: 25 }), fc.integer({ min: 1, max: 4_100 }));
const count = fc.integer({ min: 1, max: 8 });

const rowOf = (list: readonly TemporalNote[]): Readonly<Record<string, Json>> => {
  const row = list.reduce<OutcomeRow | undefined>((before, { what, atMs }) => noteOutcome(before, what, atMs), undefined);
  return row === undefined ? {} : { [storeKey.outcomes('a1')]: row as unknown as Json };
};

describe('temporal rules and the model on paper', () => {
  it('agree on every history of outcomes', async () => {
    const scene = fc.record({ notes, windowMs, count, rowWindow: fc.option(windowMs), warmUpMs: windowMs, minOutcomes: count });
    await fc.assert(
      fc.asyncProperty(scene, async ({ notes: list, windowMs: span, count: threshold, rowWindow, warmUpMs, minOutcomes }) => {
        const model = new TemporalModel();
        model.notes.push(...list);
        const found = await judged({
          rows: rowOf(list),
          rules: [
            { predicate: { kind: 'simulation_failure_rate', windowMs: span, threshold }, consequence: 'reject' },
            { predicate: { kind: 'approval_flood', windowMs: span, threshold }, consequence: 'reject' },
            {
              predicate: { kind: 'consecutive_failures', count: threshold, ...(rowWindow === null ? {} : { windowMs: rowWindow }) },
              consequence: 'reject',
            },
            { predicate: { kind: 'success_drought', windowMs: span, threshold, warmUpMs, minOutcomes }, consequence: 'reject' },
          ],
        });
        const expected = [
          ...(model.simulationFailures('a1', span, NOW) >= threshold ? ['simulation_failure_rate'] : []),
          ...(model.approvalTimeouts('a1', span, NOW) >= threshold ? ['approval_flood'] : []),
          ...(model.consecutiveFailures('a1', rowWindow, NOW) >= threshold ? ['consecutive_failures'] : []),
          ...(model.isDrought('a1', { windowMs: span, threshold, warmUpMs, minOutcomes }, NOW) ? ['success_drought'] : []),
        ];
        expect(toldBy(found)).toEqual(expected.map((rule) => `temporal.${rule}: temporal_rule_triggered`));
      }),
      { numRuns: rounds(250) },
    );
  });

  it('agree on spending to the bucket: never too little, at most 1/256 of the window too long', async () => {
    const spent = fc.array(fc.record({ amount: fc.bigInt(1n, 50n), age: fc.integer({ min: 0, max: 6_000 }) }), { maxLength: 20 });
    const scene = fc.record({
      spent,
      windowMs: fc.integer({ min: 256, max: 5_000 }),
      inFlight: fc.bigInt(0n, 20n),
      now: fc.bigInt(1n, 30n),
    });
    await fc.assert(
      fc.asyncProperty(scene, async ({ spent: list, windowMs: span, inFlight, now }) => {
        const model = new TemporalModel();
        const window = list
          .toSorted((a, b) => b.age - a.age)
          .reduce<WindowRow>((row, { amount, age: ms }) => bookAmount(row, span, NOW - ms, amount), { buckets: [], sum: '0' });
        for (const { amount, age: ms } of list) model.meters.push({ agent: 'a1', counter: USDC, amount, landedMs: NOW - ms });
        if (inFlight > 0n) model.meters.push({ agent: 'a1', counter: USDC, amount: inFlight, landedMs: null });
        const account = `agent:a1:velocity|${USDC}`;
        const rows = {
          ...counting({ [`velocity|${USDC}/${span}`]: 0 }),
          [storeKey.ledger(account)]: { inFlight: inFlight.toString(), held: [], total: '0', windows: [span] },
          [storeKey.ledgerWindow(account, span)]: window as unknown as Json,
        };
        const surely = model.used('a1', USDC, span, NOW, false) + now;
        const perhaps = model.used('a1', USDC, span, NOW, true) + now;
        const under = async (maxAmount: bigint): Promise<boolean> => {
          const predicate = { kind: 'spend_velocity', windowMs: span, maxAmount, token: 'USDC', decimals: 6 } as const;
          return (
            toldBy(await judged({ rows, rules: [{ predicate, consequence: 'reject' }], effects: [fee(), send(now, BOB, USDC)] })).length > 0
          );
        };
        expect(await under(surely), 'the bound itself triggers').toBe(true);
        expect(await under(perhaps + 1n), 'one above what may count at most does not').toBe(false);
      }),
      { numRuns: rounds(120) },
    );
  });
});
