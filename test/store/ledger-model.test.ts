import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { systemRandom } from '../../src/adapters/host/index.ts';
import { createMemoryStore } from '../../src/adapters/store/memory/index.ts';
import { createSqliteStore } from '../../src/adapters/store/sqlite/index.ts';
import type { Clock } from '../../src/core/clock.ts';
import type { LedgerRow } from '../../src/core/ledger.ts';
import type { Store } from '../../src/core/store.ts';
import { storeKey } from '../../src/core/store.ts';
import { createManualClock } from '../../src/testing/manual-clock.ts';
import {
  ACCOUNT,
  AGENT,
  applyOne,
  capsOf,
  issueCommand,
  redeemCommand,
  reserveCommand,
  settleCommand,
} from '../../src/testing/store-conformance/scene.ts';
import { LimitLedger } from '../model/limit-ledger.ts';

const WINDOWS: readonly (readonly [number | null, string])[] = [
  [0, '40'],
  [10_000, '60'],
  [60_000, '100'],
  [null, '400'],
];

type Op =
  | { readonly op: 'reserve'; readonly amount: number; readonly ttlMs: number }
  | { readonly op: 'redeem' | 'expire' | 'final' | 'reorg' | 'released'; readonly pick: number }
  | { readonly op: 'advance'; readonly ms: number };

const op: fc.Arbitrary<Op> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      op: fc.constant('reserve' as const),
      amount: fc.integer({ min: 0, max: 45 }),
      ttlMs: fc.integer({ min: 1, max: 40_000 }),
    }),
  },
  {
    weight: 9,
    arbitrary: fc.record({
      op: fc.constantFrom(
        'redeem' as const,
        'redeem' as const,
        'expire' as const,
        'final' as const,
        'final' as const,
        'reorg' as const,
        'released' as const,
      ),
      pick: fc.nat(1_000),
    }),
  },
  { weight: 3, arbitrary: fc.record({ op: fc.constant('advance' as const), ms: fc.integer({ min: 1, max: 20_000 }) }) },
);

async function play(open: (clock: Clock) => Promise<Store> | Store, ops: readonly Op[]): Promise<void> {
  const clock = createManualClock();
  const store = await open(clock);
  const model = new LimitLedger();
  const ids: string[] = [];
  try {
    for (const [index, step] of ops.entries()) {
      const now = clock.nowMs();
      if (step.op === 'advance') {
        clock.advance(step.ms);
        continue;
      }
      if (step.op === 'reserve') {
        const id = `r${String(index).padStart(4, '0')}`;
        const amount = BigInt(step.amount);
        const fits = (late: boolean): boolean =>
          WINDOWS.every(([windowMs, limit]) => model.used(windowMs, now, late) + amount <= BigInt(limit));
        const dueMs = now + step.ttlMs;
        const result = await applyOne(
          store,
          reserveCommand(now, { id, amount: String(amount), dueMs }, capsOf(WINDOWS)),
          issueCommand(now, id, { expiresAtMs: dueMs + 1 }),
        );
        if (result.ok) {
          expect(fits(false)).toBe(true);
          model.take(id, amount, now, dueMs);
          ids.push(id);
        } else expect(fits(true)).toBe(false);
        continue;
      }
      const id = ids[step.pick % ids.length];
      if (id === undefined) continue;
      const wasRedeemed = ['flying', 'final'].includes(model.notes.get(id)?.state ?? '');
      if (step.op === 'redeem') {
        const again = model.notes.get(id)?.state === 'flying';
        const result = await applyOne(store, redeemCommand(id));
        // The same redeemer may ask again while nothing was signed; after a reorg the request is past that.
        if (!again) expect(result.ok).toBe(model.redeem(id, now));
      } else if (step.op === 'expire') {
        const result = await applyOne(store, { kind: 'ledger.expire', agent: AGENT, requestId: id });
        const released = model.notes.get(id)?.state === 'gone';
        if (!released) expect(result.ok).toBe(!wasRedeemed && model.move(id, ['held'], 'gone', now));
      } else if (step.op === 'final') {
        const result = await applyOne(store, settleCommand(id, 'final'));
        if (model.notes.get(id)?.state !== 'gone') expect(result.ok).toBe(model.move(id, ['flying'], 'final', now));
        else if (result.ok) model.move(id, ['gone'], 'final', now);
      } else if (step.op === 'reorg') {
        if (model.notes.get(id)?.state !== 'final') continue;
        expect((await applyOne(store, settleCommand(id, 'broadcast'))).ok).toBe(model.move(id, ['final'], 'flying', now));
      } else {
        const result = await applyOne(store, settleCommand(id, 'released'));
        if (model.notes.get(id)?.state !== 'gone') expect(result.ok).toBe(model.move(id, ['flying'], 'gone', now));
      }
    }
    const [head] = (await store.get([storeKey.ledger(ACCOUNT)])) as unknown as readonly (LedgerRow | undefined)[];
    expect(head?.inFlight ?? '0').toBe(String(model.sum('flying')));
    expect(head?.total ?? '0').toBe(String(model.sum('final')));
  } finally {
    await store.close();
  }
}

const directory = mkdtempSync(join(tmpdir(), 'castellan-model-'));
afterAll(() => rmSync(directory, { recursive: true }));
let files = 0;

describe('the limit ledger against its model', () => {
  it('memory: never a unit above the model, never a refusal the model does not share', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(op, { minLength: 1, maxLength: 120 }), (ops) =>
        play((clock) => createMemoryStore({ clock, hotRows: 16 }), ops),
      ),
      { numRuns: 300 },
    );
  });

  it('sqlite: the same', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(op, { minLength: 20, maxLength: 80 }), (ops) =>
        play((clock) => createSqliteStore({ path: join(directory, `${files++}.sqlite`), clock, random: systemRandom() }), ops),
      ),
      { numRuns: 12 },
    );
  });
});
