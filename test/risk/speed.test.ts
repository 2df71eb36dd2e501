import { expect, it } from 'vitest';
import { type Effect, sha256Hex } from '../../src/core/index.ts';
import { assessRisk, detectAnomaly, trainProfile } from '../../src/risk/index.ts';
import { account, dueAfter, ETH, habitual, input, outflow, payment, USDC, WALLET } from './fixtures.ts';

/**
 * Times what it costs to write the same effects down and hash them: a loaded machine changes both alike. Three of the effects are held against the habits and the
 * model, and the strangest is explained: about 7 times on a quiet machine, 20 were seen on a busy one. Finds what costs many times as much, no more.
 */
const BOUND = 40;

/** Median of five rounds, nanoseconds a call. */
function nanoseconds(rounds: number, run: () => unknown): number {
  const times = Array.from({ length: 5 }, () => {
    const start = process.hrtime.bigint();
    for (let index = 0; index < rounds; index += 1) run();
    return Number(process.hrtime.bigint() - start) / rounds;
  });
  return times.sort((a, b) => a - b)[2] as number;
}

it('a score and an anomaly check of five effects, warm', () => {
  const profile = habitual();
  const nowMs = dueAfter();
  const allowList = Array.from({ length: 100 }, (_, index) => account(index + 20));
  const allowed = new Set(allowList);
  const effects: Effect[] = [
    outflow(account(1), 1_234_567n),
    outflow(account(2), 5n, USDC),
    { leaf: '0', source: 'bytes', kind: 'fee', account: WALLET, asset: ETH, max: 21_000n },
    { leaf: '0', source: 'simulation', kind: 'inflow', account: WALLET, counterparty: account(30), asset: USDC, amount: 5n },
    outflow(account(31), 99n),
  ];
  const risk = input({ profile, nowMs, effects, allowList, allowListed: (id) => allowed.has(id), market: undefined });
  const anomaly = { profile, nowMs, unitAmount: 1_234_567n, attemptsLast10s: 1, attemptsLastMinute: 1, anomalyThreshold: 3 };
  const written = effects.map((effect) => ({ ...effect, ...('amount' in effect ? { amount: String(effect.amount) } : {}) }));
  const sides = [
    () => nanoseconds(100, () => [assessRisk(risk).score, detectAnomaly(anomaly).deviationScore]),
    () => nanoseconds(100, () => trainProfile(profile, payment())),
    () => nanoseconds(100, () => sha256Hex(JSON.stringify(written, (_, value) => (typeof value === 'bigint' ? `${value}` : value)))),
  ];
  // In turns, and the least of each: what else the machine does meanwhile falls on all of them.
  const rounds = Array.from({ length: 9 }, () => sides.map((side) => side()));
  const [together = Number.NaN, training = Number.NaN, floor = Number.NaN] = sides.map((_, side) =>
    Math.min(...rounds.map((round) => round[side] ?? 0)),
  );
  process.stdout.write(
    `assessRisk + detectAnomaly, 5 effects: ${together.toFixed(0)} ns; trainProfile: ${training.toFixed(0)} ns; floor: ${floor.toFixed(0)} ns\n`,
  );
  expect(together).toBeLessThan(BOUND * floor);
  expect(training).toBeLessThan(BOUND * floor);
});

it('costs the same after 100 and after 20,000 payments', () => {
  const costs = [100, 20_000].map((count) => {
    const risk = input({ profile: habitual(count), nowMs: dueAfter(count) });
    return () => nanoseconds(100, () => assessRisk(risk));
  });
  // In turns, and the least of each: what else the machine does meanwhile falls on both.
  const rounds = Array.from({ length: 7 }, () => costs.map((cost) => cost()));
  const [few = 0, many = Number.POSITIVE_INFINITY] = [0, 1].map((side) => Math.min(...rounds.map((round) => round[side] ?? 0)));
  process.stdout.write(`assessRisk after 100 payments: ${few.toFixed(0)} ns; after 20,000: ${many.toFixed(0)} ns\n`);
  expect(many).toBeLessThan(few * 3);
});
