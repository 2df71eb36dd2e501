import { median, type RatioBound, ratioBound } from '../scripts/scorecard/measure.ts';
import type { Profile, Screening } from '../src/risk/index.ts';
import { screenedBy } from './fraud/list-coverage.ts';
import { MAINNET } from './fraud/spellings.ts';
import { BareStatistics } from './risk/bare-statistics.ts';
import { type MadePayment, madeAccount, madePayments } from './risk/made-payments.ts';
import { OwnRisk } from './risk/own-risk.ts';

/** What judging and learning a payment costs, ns. */
export interface RiskSpeed {
  readonly agents: number;
  /** Ours over bare statistics, both in memory. */
  readonly bound: RatioBound;
  /** The same where after each payment the store gets the profile's text, and every reason is written out. */
  readonly kept: RatioBound;
  /** Of ours: medians of the rounds. */
  readonly scoreNs: number;
  readonly learnNs: number;
  /** Ours after `past` payments over ours after 100. */
  readonly growth: RatioBound & { readonly past: number };
}

/** How much is measured. */
export interface RiskSpeedOptions {
  readonly agents: number;
  readonly rounds: number;
  /** Payments of the longer past. */
  readonly past: number;
}

const WARM = 120;
const TURNS = 4;
/** Turns of bare statistics in a round: so that both rounds take about as long, and what else the machine does falls on both alike. */
const BARE_TURNS = 48;
const FEW = 100;
/** Agents side by side whose cost after few and after many payments is compared. */
const TWINS = 64;
const LISTED = 100_000;

interface Detector {
  score(payment: MadePayment): number;
  learn(payment: MadePayment): void;
}

/** Ours as a store that writes after every payment sees it. */
const written = (own: OwnRisk): Detector => ({
  score: (payment) => own.explain(payment),
  learn(payment) {
    own.learn(payment);
    told += own.text().length;
  },
});

/** Times of one round, ns a payment. */
interface Cost {
  readonly scoreNs: number;
  readonly learnNs: number;
}

/** What keeps a compiler from leaving out what nobody reads. */
let told = 0;

/** Each agent's next payments, agent by agent in turns: scored, then learnt, as they come. */
function timeRound(detectors: readonly Detector[], batches: readonly (readonly MadePayment[])[]): Cost {
  let scoreNs = 0n;
  let learnNs = 0n;
  for (const batch of batches) {
    const beganNs = process.hrtime.bigint();
    for (const [at, detector] of detectors.entries()) told += detector.score(batch[at] as MadePayment);
    const scoredNs = process.hrtime.bigint();
    for (const [at, detector] of detectors.entries()) detector.learn(batch[at] as MadePayment);
    scoreNs += scoredNs - beganNs;
    learnNs += process.hrtime.bigint() - scoredNs;
  }
  const payments = batches.length * detectors.length;
  return { scoreNs: Number(scoreNs) / payments, learnNs: Number(learnNs) / payments };
}

/** Makes batches of payments, one of each agent: the same ones, in the same order, for whoever asks. */
function batchesOf(agents: number): (turns: number) => readonly (readonly MadePayment[])[] {
  const made = Array.from({ length: agents }, (_, n) => madePayments(n + 1));
  return (turns) => Array.from({ length: turns }, () => made.map((payments) => payments.next().value));
}

async function measureBesideBare(screening: Screening, { agents, rounds }: RiskSpeedOptions): Promise<Omit<RiskSpeed, 'growth'>> {
  const own = Array.from({ length: agents }, () => new OwnRisk(screening));
  const bare = Array.from({ length: agents }, () => new BareStatistics());
  const [nextOwn, nextBare] = [batchesOf(agents), batchesOf(agents)];
  timeRound(own, nextOwn(WARM));
  timeRound(bare, nextBare(WARM));
  const costs: Cost[] = [];
  const sum = ({ scoreNs, learnNs }: Cost): number => scoreNs + learnNs;
  const ofBare = (): number => sum(timeRound(bare, nextBare(BARE_TURNS)));
  const inMemory = (): number => {
    const cost = timeRound(own, nextOwn(TURNS));
    costs.push(cost);
    return sum(cost);
  };
  const bound = await ratioBound(inMemory, ofBare, { rounds });
  const texts = own.map(written);
  timeRound(texts, nextOwn(TURNS));
  const kept = await ratioBound(() => sum(timeRound(texts, nextOwn(TURNS))), ofBare, { rounds });
  const [scoreNs, learnNs] = [median(costs.map((cost) => cost.scoreNs)), median(costs.map((cost) => cost.learnNs))];
  return { agents, bound, kept, scoreNs, learnNs };
}

/** Agents that are all of one past, each with a profile of its own in memory. */
function twinsOf(screening: Screening, profile: Profile): readonly OwnRisk[] {
  const text = JSON.stringify(profile);
  return Array.from({ length: TWINS }, () => {
    const twin = new OwnRisk(screening);
    twin.profile = JSON.parse(text) as Profile;
    return twin;
  });
}

async function measureGrowth(screening: Screening, { past, rounds }: RiskSpeedOptions): Promise<RiskSpeed['growth']> {
  const payments = madePayments(1);
  const agent = new OwnRisk(screening);
  const live = (count: number): void => {
    for (let n = 0; n < count; n += 1) agent.learn(payments.next().value);
  };
  live(FEW);
  const young = agent.profile;
  live(past - FEW);
  const after = batchesOf(1)(TURNS);
  const round = (profile: Profile): number => {
    const twins = twinsOf(screening, profile);
    // The first turn reads what is kept, as after a start; what is timed are the ones after it.
    const batches = after.map(([payment]) => twins.map(() => ({ ...(payment as MadePayment), atMs: (profile.lastMs ?? 0) + 3_600_000 })));
    timeRound(twins, batches.slice(0, 1));
    const { scoreNs, learnNs } = timeRound(twins, batches.slice(1));
    return scoreNs + learnNs;
  };
  const bound = await ratioBound(
    () => round(agent.profile),
    () => round(young),
    { rounds: 2 * rounds + 1, warmup: 3 },
  );
  return { ...bound, past };
}

/** Times both sides on the same payments. @throws where nothing was told, so that nothing was measured */
export async function measureRiskSpeed(options: RiskSpeedOptions): Promise<RiskSpeed> {
  const listed = Array.from({ length: LISTED }, (_, n) => madeAccount(0x2000_0000 + n).slice(`${MAINNET}:`.length));
  const screening = await screenedBy(listed, [MAINNET]);
  const speed = await measureBesideBare(screening, options);
  const growth = await measureGrowth(screening, options);
  if (!(told > 0)) throw new Error('nothing was scored');
  return { ...speed, growth };
}

/** The figures as lines. */
export function riskSpeedLines({ agents, bound, kept, scoreNs, learnNs, growth }: RiskSpeed): readonly string[] {
  const us = (ns: number): string => `${(ns / 1e3).toFixed(2)} µs`;
  return [
    `${agents} agents, in memory: score and profile update ${us(bound.a)} (${us(scoreNs)} and ${us(learnNs)}), bare statistics ${us(bound.b)}: ${bound.ratio.toFixed(2)} × (95 %: at most ${bound.upper.toFixed(2)} ×), ${bound.rounds} rounds`,
    `with the reasons in words and the profile's text, as a store that writes after each payment keeps it: ${us(kept.a)}, bare statistics ${us(kept.b)}: ${kept.ratio.toFixed(2)} × (95 %: at most ${kept.upper.toFixed(2)} ×)`,
    `after ${growth.past} payments ${us(growth.a)}, after ${FEW} ${us(growth.b)}: ${growth.ratio.toFixed(3)} × (95 %: at most ${growth.upper.toFixed(3)} ×)`,
    'ours: input, screening by 100,000 accounts, all signals and patterns, the model of habits; then the profile. What the habits say in words, and the text of the profile, are written when they are read: that is in the second line',
    'bare: EWMA, Welford and three P² percentiles of amounts, EWMA of pauses, hours of the week, HyperLogLog, means of 88 parties; nothing durable',
  ];
}

if (import.meta.filename === process.argv[1]) {
  const quick = process.argv.includes('--quick');
  const speed = await measureRiskSpeed(
    quick ? { agents: 1_024, rounds: 11, past: 10_000 } : { agents: 1_024, rounds: 31, past: 1_000_000 },
  );
  process.stdout.write(`${riskSpeedLines(speed).join('\n')}\n`);
}
