import type { Command } from '../../core/store.ts';
import type { StoreCheck } from './check.ts';
import { appendCommand, applyOne, codeOf, reserveCommand } from './scene.ts';

const take = (changes: Partial<Extract<Command, { kind: 'rate.take' }>> = {}): Command => ({
  kind: 'rate.take',
  key: 'a1/minute',
  windowMs: 60_000,
  max: 3,
  cooldownMs: 0,
  ...changes,
});

/** Counting events in sliding windows. */
export const rateChecks: readonly StoreCheck[] = [
  {
    name: 'exactly max events pass in any window, to the millisecond',
    async run({ store, clock, expect }) {
      const start = clock.nowMs();
      for (const wait of [0, 10_000, 10_000]) {
        clock.advance(wait);
        expect(await codeOf(store, take())).toBe('ok');
      }
      expect(await applyOne(store, take())).toMatchObject({
        ok: false,
        reason: { code: 'rate_limited', limit: '3', remaining: '0', resetsAtMs: start + 60_000, retryable: true },
      });
      clock.advance(39_999);
      expect(await codeOf(store, take())).toBe('rate_limited');
      clock.advance(1);
      expect(await codeOf(store, take())).toBe('ok');
      expect(await codeOf(store, take())).toBe('rate_limited');
    },
  },
  {
    name: 'cooldown runs from the last event that was accepted',
    async run({ store, clock, expect }) {
      const start = clock.nowMs();
      expect(await codeOf(store, take({ cooldownMs: 5_000 }))).toBe('ok');
      clock.advance(4_999);
      expect(await applyOne(store, take({ cooldownMs: 5_000 }))).toMatchObject({
        ok: false,
        reason: { code: 'cooldown_active', resetsAtMs: start + 5_000 },
      });
      clock.advance(1);
      expect(await codeOf(store, take({ cooldownMs: 5_000 }))).toBe('ok');
    },
  },
  {
    name: 'max 0 refuses always, max null only counts',
    async run({ store, expect }) {
      expect(await applyOne(store, take({ max: 0 }))).toMatchObject({ ok: false, reason: { code: 'rate_limited', retryable: false } });
      for (let n = 0; n < 5; n++) expect(await codeOf(store, take({ max: null, cooldownMs: 1_000 }))).toBe('ok');
      expect(await codeOf(store, take({ max: 5 }))).toBe('rate_limited');
      expect(await codeOf(store, take({ max: 6 }))).toBe('ok');
    },
  },
  {
    name: 'bounds above 256 count in buckets: never one too many, free again at most 1/256 late',
    async run({ store, clock, expect }) {
      const big = take({ max: 1_000 });
      const results = await store.apply(Array.from({ length: 1_200 }, () => ({ commands: [big] })));
      expect(results.filter((result) => result.ok).length).toBe(1_000);
      clock.advance(59_999);
      expect(await codeOf(store, big)).toBe('rate_limited');
      clock.advance(235 + 1);
      expect(await codeOf(store, big)).toBe('ok');
    },
  },
  {
    name: 'an event of a refused step is not counted',
    async run({ store, clock, expect }) {
      const step = [take({ max: 1 }), reserveCommand(clock.nowMs(), { id: 'r1', amount: '1000' }), appendCommand('e1')];
      expect(await codeOf(store, ...step)).toBe('window_limit');
      expect(await codeOf(store, take({ max: 1 }))).toBe('ok');
    },
  },
  {
    name: 'malformed bounds are refused',
    async run({ store, expect }) {
      for (const changes of [
        { max: -1 },
        { max: Number.NaN },
        { windowMs: 0 },
        { windowMs: -5 },
        { cooldownMs: -1 },
        { key: '' },
        { max: undefined as unknown as null },
      ]) {
        expect(await codeOf(store, take(changes))).toBe('request_malformed');
      }
    },
  },
];
