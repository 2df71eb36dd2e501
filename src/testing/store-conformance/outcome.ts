import { MAX_OUTCOMES, type Outcome, type OutcomeRow, outcomesIn, parseOutcomes } from '../../core/outcome.ts';
import type { Command, Store } from '../../core/store.ts';
import { storeKey } from '../../core/store.ts';
import type { StoreCheck } from './check.ts';
import { AGENT, applyOne, codeOf } from './scene.ts';

const note = (outcome: Outcome, count?: number): Command => ({
  kind: 'outcome.note',
  agent: AGENT,
  outcome,
  ...(count === undefined ? {} : { count }),
});

async function rowOf(store: Store): Promise<OutcomeRow | undefined> {
  const [row] = await store.get([storeKey.outcomes(AGENT)]);
  return row === undefined ? undefined : parseOutcomes(row);
}

/** How requests ended, for rules over history. */
export const outcomeChecks: readonly StoreCheck[] = [
  {
    name: 'outcomes are kept by kind and moment, and failures in a row until a success',
    async run({ store, clock, expect }) {
      const start = clock.nowMs();
      for (const outcome of ['failed', 'simulation_failed', 'approval_timeout', 'success', 'failed'] as const) {
        expect(await codeOf(store, note(outcome))).toBe('ok');
        clock.advance(1_000);
      }
      const row = await rowOf(store);
      const within = (trail: keyof OutcomeRow['trails'], windowMs: number): number => outcomesIn(row, trail, windowMs, start + 5_000);
      expect(row?.sinceMs).toBe(start);
      expect(row?.streak).toBe(1);
      expect([within('failure', 10_000), within('success', 10_000)]).toEqual([4, 1]);
      expect([within('simulation_failure', 10_000), within('approval_timeout', 10_000)]).toEqual([1, 1]);
      expect([within('failure', 5_000), within('failure', 5_001), within('failure', 1_001), within('failure', 1_000)]).toEqual([
        3, 4, 1, 0,
      ]);
    },
  },
  {
    name: 'several at once count as several, and the row keeps the newest alone',
    async run({ store, expect }) {
      expect(await codeOf(store, note('failed', 3))).toBe('ok');
      expect((await rowOf(store))?.streak).toBe(3);
      for (let round = 0; round < 4; round += 1) expect(await codeOf(store, note('failed', MAX_OUTCOMES))).toBe('ok');
      const row = await rowOf(store);
      expect(row?.streak).toBe(3 + 4 * MAX_OUTCOMES);
      expect(outcomesIn(row, 'failure', 1_000, row?.sinceMs ?? 0)).toBe(MAX_OUTCOMES);
    },
  },
  {
    name: 'a refused step notes nothing, and neither does a malformed one',
    async run({ store, expect }) {
      const refused: Command = { kind: 'doc.put', key: 'd', value: { a: 1 }, ifVersion: 7 };
      expect((await applyOne(store, note('failed'), refused)).ok).toBe(false);
      for (const wrong of [note('lost' as Outcome), note('failed', 0), note('failed', MAX_OUTCOMES + 1), note('failed', 1.5)])
        expect(await codeOf(store, wrong)).toBe('request_malformed');
      expect(await rowOf(store)).toBe(undefined);
    },
  },
];
