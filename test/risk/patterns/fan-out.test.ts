import { describe, expect, it } from 'vitest';
import { account, DAY, HOUR, outflow } from '../fixtures.ts';
import { matchOf, nowMs, outflows, paid, warm } from './match.ts';

const met = (count: number, apartMs = HOUR / 4) =>
  paid(
    warm,
    (n) => 200 + n,
    Array.from({ length: count }, () => 1_234_567n),
    apartMs,
    nowMs - HOUR / 4,
  );
const next = { effects: [outflow(account(500), 1_234_567n)] };

describe('fan_out', () => {
  it('alerts at the eighth new account, in one transaction or over a day', () => {
    expect(matchOf('fan_out', { effects: outflows(8, 300) })).toMatchObject({
      recommendedAction: 'alert',
      reason: null,
      evidence: { newNow: 8 },
    });
    expect(matchOf('fan_out', { effects: outflows(7, 300) })).toBeUndefined();
    expect(matchOf('fan_out', { ...next, profile: met(7) })).toMatchObject({ evidence: { newNow: 1, newWithinDay: 8 } });
    expect(matchOf('fan_out', { ...next, profile: met(6) })).toBeUndefined();
    expect(matchOf('fan_out', { effects: outflows(4, 300), profile: met(5) })).toMatchObject({ evidence: { newWithinDay: 9 } });
  });

  it('speaks again at each doubling, and escalates from 24', () => {
    const alarms = Array.from({ length: 40 }, (_, count) => count + 1).filter((all) =>
      matchOf('fan_out', { ...next, profile: met(all - 1) }),
    );
    expect(alarms).toEqual([8, 16, 32]);
    expect(matchOf('fan_out', { ...next, profile: met(31) })).toMatchObject({ recommendedAction: 'escalate', reason: 'risk_high' });
    expect(matchOf('fan_out', { effects: outflows(24, 300) })).toMatchObject({ recommendedAction: 'escalate' });
    expect(matchOf('fan_out', { effects: outflows(23, 300) })).toMatchObject({ recommendedAction: 'alert' });
  });

  it('leaves alone a wallet that meets as many each day, days between, known accounts and those that the policy names', () => {
    const meeting = paid(
      warm,
      (n) => 1_000 + n,
      Array.from({ length: 900 }, () => 1_234_567n),
      DAY / 10,
      nowMs + 90 * DAY,
    );
    const later = { profile: meeting, nowMs: nowMs + 90 * DAY + HOUR };
    expect(matchOf('fan_out', { ...later, effects: outflows(8, 3_000) })).toBeUndefined();
    expect(matchOf('fan_out', { ...next, profile: met(7, DAY) })).toBeUndefined();
    expect(matchOf('fan_out', { effects: outflows(10, 0) })).toBeUndefined();
    expect(matchOf('fan_out', { effects: outflows(12, 300), allowListed: () => true })).toBeUndefined();
  });

  it('counts what it sees where nothing is known of the wallet', () => {
    expect(matchOf('fan_out', { effects: outflows(8, 300), profile: undefined })).toMatchObject({ evidence: { newOnUsualDay: 0 } });
    expect(matchOf('fan_out', { effects: outflows(7, 300), profile: undefined })).toBeUndefined();
  });
});
