import type { AccountId, AssetId } from '../../src/core/index.ts';
import { assessRisk, emptyProfile, type Profile, trainProfile } from '../../src/risk/index.ts';
import type { Bar } from './bar.ts';
import { mulberry32 } from './measure.ts';

const DAY_MS = 86_400_000;
const START_MS = Date.UTC(2026, 0, 5);
const ATTACKED_DAYS = 30;
const ETH = 'eip155:1/slip44:60' as AssetId;
const account = (n: number): AccountId =>
  `eip155:1:0x${((BigInt(n + 1) * 0x9e3779b97f4a7c15f39cc0605cedc8341082276bn) % (1n << 160n)).toString(16).padStart(40, '0')}` as AccountId;
const WALLET = account(0);

/** One payment of a day: when in it, to whom, how much of the unit. */
interface Payment {
  readonly ofDay: number;
  readonly to: AccountId;
  readonly amount: number;
}

/** What an attacker makes of a day of the agent's own, `factor` times as much by now. */
type Script = (usual: readonly Payment[], factor: number, thief: AccountId, day: number) => readonly Payment[];

const sumOf = (payments: readonly Payment[]): number => payments.reduce((sum, { amount }) => sum + amount, 0);
const more = (usual: readonly Payment[], factor: number): number => (factor - 1) * sumOf(usual);

/** Ways to make a wallet's day larger a little every day. */
export const SCRIPTS: Readonly<Record<string, Script>> = {
  'every payment grows': (usual, factor) => usual.map((one) => ({ ...one, amount: one.amount * factor })),
  'one payment a day grows': (usual, factor) =>
    usual.map((one, at) => (at === 0 ? { ...one, amount: one.amount + more(usual, factor) } : one)),
  'more payments to the same': (usual, factor) => {
    const extra = Math.floor((factor - 1) * usual.length);
    const rest = more(usual, factor) - sumOf(usual.slice(0, extra));
    return [...usual, ...usual.slice(0, extra), ...(rest > 0 ? [{ ...(usual[0] as Payment), amount: rest }] : [])];
  },
  'an account of the thief': (usual, factor, thief) => [...usual, { ofDay: 0.5, to: thief, amount: more(usual, factor) }],
  'many small ones to the thief': (usual, factor, thief) => [
    ...usual,
    ...Array.from({ length: 6 }, (_, n) => ({ ofDay: 0.3 + n / 12, to: thief, amount: more(usual, factor) / 6 })),
  ],
  'a new account every day': (usual, factor, _thief, day) => [
    ...usual,
    { ofDay: 0.6, to: account(900_000 + day), amount: more(usual, factor) },
  ],
  'around midnight': (usual, factor, thief) =>
    [0.001, 0.999].map((ofDay) => ({ ofDay, to: thief, amount: more(usual, factor) / 2 })).concat(usual),
  'every other day, twice as quickly': (usual, factor) =>
    usual.map((one) => ({ ...one, amount: one.amount * (1 + 2 * Math.max(0, factor - 1)) })),
};

/** How an attack went. */
export interface Attack {
  readonly script: string;
  /** Most that left on one day without anybody being asked, in usual days. */
  readonly most: number;
  /** Day of the first payment for which somebody is asked; undefined for none. */
  readonly askedOn: number | undefined;
  /** Day on which first twice a usual day left without anybody being asked about it; undefined for none. */
  readonly doubledOn: number | undefined;
}

/** One agent of its own habits, and 30 days of an attack on them. Undefined where the agent's own days double at times. */
export function attackOnce(seed: number): Attack | undefined {
  const dice = mulberry32(seed);
  const names = Object.keys(SCRIPTS);
  const script = names[seed % names.length] as string;
  const perDay = 1 + Math.floor(dice() * 12);
  const spread = 0.05 + dice() * 0.4;
  const size = 10 ** (4 + dice() * 4);
  const parties = 2 + Math.floor(dice() * 18);
  const lived = 45 + Math.floor(dice() * 60);
  const growth = 1.012 + dice() * 0.05;
  const gauss = (): number => Math.sqrt(-2 * Math.log(1 - dice())) * Math.cos(2 * Math.PI * dice());
  const usualDay = (): readonly Payment[] =>
    Array.from({ length: perDay }, (_, n) => ({
      ofDay: (n + 0.2 + 0.6 * dice()) / perDay,
      to: account(10 + Math.floor(dice() * parties)),
      amount: size * 2 ** (spread * gauss()),
    }));
  let profile = emptyProfile();
  const sums: number[] = [];
  for (let day = 0; day < lived; day += 1) {
    const payments = usualDay();
    sums.push(sumOf(payments));
    for (const payment of payments) profile = settle(profile, day, payment);
  }
  const usual = sums.reduce((sum, one) => sum + one, 0) / sums.length;
  if (Math.max(...sums) >= 1.7 * usual) return undefined;
  let most = 0;
  let askedOn: number | undefined;
  let doubledOn: number | undefined;
  for (let day = 0; day < ATTACKED_DAYS; day += 1) {
    const slow = SCRIPTS[script] === SCRIPTS['every other day, twice as quickly'] && day % 2 === 0 ? 1 : growth ** (day + 1);
    const payments = [...(SCRIPTS[script] as Script)(usualDay(), slow, account(800_000), day)].sort((a, b) => a.ofDay - b.ofDay);
    let left = 0;
    for (const payment of payments) {
      if (isAsked(profile, lived + day, payment)) {
        askedOn ??= day;
        continue;
      }
      left += payment.amount;
      profile = settle(profile, lived + day, payment);
    }
    most = Math.max(most, left / usual);
    if (left >= 2 * usual) doubledOn ??= day;
  }
  return { script, most, askedOn, doubledOn };
}

function settle(profile: Profile, day: number, { ofDay, to, amount }: Payment): Profile {
  const units = BigInt(Math.round(amount));
  return trainProfile(profile, {
    atMs: START_MS + (day + ofDay) * DAY_MS,
    account: to,
    asset: ETH,
    amount: units,
    unitAmount: units,
    decimals: 4,
  });
}

/** Whether a person would be asked, by score or pattern alone: no limit, no rate and no allow list helps. */
function isAsked(profile: Profile, day: number, { ofDay, to, amount }: Payment): boolean {
  const nowMs = START_MS + (day + ofDay) * DAY_MS;
  const units = BigInt(Math.round(amount));
  const { score, patterns, vetoes } = assessRisk({
    effects: [{ leaf: '0', source: 'bytes', kind: 'outflow', account: WALLET, counterparty: to, asset: ETH, amount: units }],
    wallet: WALLET,
    nowMs,
    profile,
    listed: () => undefined,
    allowListed: () => false,
    amountsInUnit: { outflow: units, perTransaction: null },
    decimals: () => 4,
    market: { atMs: nowMs, dailyVolatility: 0, priceImpact: null },
  });
  return score >= 60 || vetoes.length > 0 || patterns.some(({ recommendedAction }) => recommendedAction === 'escalate');
}

const poisonBar: Bar = {
  name: 'slow poisoning of habits',
  target: 'of 1,000 attackers none doubles a usual day within 30 days unasked',
  async run(mode) {
    const count = mode === 'full' ? 1_000 : 40;
    const attacks: Attack[] = [];
    for (let seed = 1; attacks.length < count; seed += 1) {
      const attack = attackOnce(seed);
      if (attack !== undefined) attacks.push(attack);
    }
    const doubled = attacks.filter(({ most }) => most >= 2);
    const asked = attacks.filter(({ askedOn }) => askedOn !== undefined).length;
    return {
      figure: `${doubled.length} of ${count}`,
      pass: doubled.length === 0,
      notes: [
        `most that left on one day unasked: ${Math.max(...attacks.map(({ most }) => most)).toFixed(2)} usual days; somebody was asked in ${asked} of ${count}; by score and patterns alone, without limits`,
        ...(doubled.length === 0
          ? []
          : [
              `before ${doubled.filter(({ askedOn, doubledOn }) => askedOn !== undefined && askedOn <= (doubledOn ?? 0)).length} of the ${doubled.length} that doubled somebody had been asked about another payment, which did not go out; the others of that day did, and these are what is counted`,
            ]),
        ...(doubled.length === 0 ? [] : [`doubled by: ${[...new Set(doubled.map(({ script }) => script))].join(', ')}`]),
      ],
    };
  },
};

export const bars: readonly Bar[] = [poisonBar];
