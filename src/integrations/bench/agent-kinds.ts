import type { WalletScript } from './wallet-script.ts';

/** Length of a day, ms. */
export const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

/** What one kind of agent does, from a moment on for so many days. */
export type AgentKind = (script: WalletScript, fromMs: number, days: number) => void;

const cents = (units: number): number => Math.round(units * 100) / 100;

/** Pays the same people on two days of the month, one of them a little more now and then; hires and loses a few. */
const payroll: AgentKind = (script, fromMs, days) => {
  const { dice, dollar, coin } = script;
  const staff = Array.from({ length: 8 + dice.int(8) }, () => ({
    to: script.account(),
    wage: Math.round(dice.around(2_400, 0.4) / 50) * 50,
  }));
  const accountant = script.account();
  script.receive(fromMs, script.funder, dollar, 400_000);
  script.receive(fromMs, script.funder, coin, 60);
  for (let day = 1; day < days; day += 1) {
    const noon = fromMs + day * DAY_MS + 10 * HOUR_MS + dice.int(90) * MINUTE_MS;
    if (day % 7 === 3) script.move({ atMs: noon, to: accountant, asset: coin, units: cents(dice.around(0.4, 0.3)) });
    if (day % 15 !== 0) continue;
    if (dice.chance(0.25)) staff.push({ to: script.account(), wage: Math.round(dice.around(2_400, 0.4) / 50) * 50 });
    for (const [at, { to, wage }] of staff.entries())
      script.move({ atMs: noon + HOUR_MS + at * 40_000, to, asset: dollar, units: dice.chance(0.08) ? Math.round(wage * 1.2) : wage });
  }
};

/** Buys for the same sum at about the same hour of every day, and sends what it bought to cold storage at the end of the week. */
const dcaTrader: AgentKind = (script, fromMs, days) => {
  const { dice, dollar, coin } = script;
  const [router, vault] = [script.account(), script.account()];
  const [sum, hour] = [dice.pick([50, 100, 150, 250, 500]), dice.int(20)];
  script.receive(fromMs, script.funder, dollar, sum * days);
  script.receive(fromMs, script.funder, coin, 3);
  if (script.family === 'evm') script.allow(fromMs + HOUR_MS, router, dollar);
  for (let day = 1; day < days; day += 1) {
    const atMs = fromMs + day * DAY_MS + hour * HOUR_MS + dice.int(20) * MINUTE_MS;
    const units = dice.chance(0.1) ? 2 * sum : sum;
    script.move({ atMs, to: router, asset: dollar, units, method: 'swap' });
    script.receive(atMs + MINUTE_MS, router, coin, units / dice.around(2_000, 0.05));
    if (day % 7 === 6) script.move({ atMs: atMs + HOUR_MS, to: vault, asset: coin, units: (7 * sum) / dice.around(2_000, 0.05) });
  }
};

/** Trades at a few venues round the clock; sizes vary over an octave or two, all digits written. */
const marketMaker: AgentKind = (script, fromMs, days) => {
  const { dice, dollar, coin } = script;
  const venues = Array.from({ length: 3 + dice.int(3) }, () => script.account());
  const size = dice.around(900, 0.5);
  script.receive(fromMs, script.funder, dollar, Math.round(size * 40));
  script.receive(fromMs, script.funder, coin, Math.round(size / 50) + 5);
  for (let day = 1; day < days; day += 1) {
    for (let turn = 2 + dice.int(4); turn > 0; turn -= 1) {
      const atMs = fromMs + day * DAY_MS + dice.int(24 * 60) * MINUTE_MS;
      const venue = dice.pick(venues);
      const units = dice.around(size, 0.6);
      if (dice.chance(0.5)) {
        script.move({ atMs, to: venue, asset: dollar, units, method: 'swap' });
        script.receive(atMs + MINUTE_MS, venue, coin, units / dice.around(2_000, 0.02));
      } else {
        script.move({ atMs, to: venue, asset: coin, units: units / 2_000, kind: 'call', method: 'swap' });
        script.receive(atMs + MINUTE_MS, venue, dollar, units);
      }
    }
  }
};

/** Pays a dozen partners sums of every size, in working hours; is filled up monthly. */
const treasury: AgentKind = (script, fromMs, days) => {
  const { dice, dollar, coin } = script;
  const partners = Array.from({ length: 10 + dice.int(5) }, () => ({ to: script.account(), usual: dice.around(6_000, 1) }));
  script.receive(fromMs, script.funder, dollar, 900_000);
  script.receive(fromMs, script.funder, coin, 200);
  for (let day = 1; day < days; day += 1) {
    if (day % 30 === 0) script.receive(fromMs + day * DAY_MS, script.funder, dollar, 250_000);
    if (day % 7 > 4) continue;
    if (dice.chance(0.04)) partners.push({ to: script.account(), usual: dice.around(6_000, 1) });
    for (let turn = dice.int(3); turn > 0; turn -= 1) {
      const atMs = fromMs + day * DAY_MS + (8 + dice.int(9)) * HOUR_MS + dice.int(60) * MINUTE_MS;
      const { to, usual } = dice.pick(partners);
      if (dice.chance(0.2)) script.move({ atMs, to, asset: coin, units: cents(dice.around(usual / 2_000, 0.5)) });
      else script.move({ atMs, to, asset: dollar, units: Math.round(dice.around(usual, 0.4) / 10) * 10 });
    }
  }
};

/** Pays shops small sums in the daytime, the same ones mostly and a new one every few days. */
const shopper: AgentKind = (script, fromMs, days) => {
  const { dice, dollar, coin } = script;
  const shops = Array.from({ length: 8 }, () => script.account());
  script.receive(fromMs, script.funder, dollar, 5_000);
  script.receive(fromMs, script.funder, coin, 1);
  for (let day = 1; day < days; day += 1) {
    if (day % 30 === 1) script.receive(fromMs + day * DAY_MS, script.funder, dollar, 2_000);
    for (let turn = dice.int(4); turn > 0; turn -= 1) {
      if (dice.chance(0.06)) shops.push(script.account());
      const atMs = fromMs + day * DAY_MS + (8 + dice.int(13)) * HOUR_MS + dice.int(60) * MINUTE_MS;
      const asset = dice.chance(0.1) ? coin : dollar;
      const units = cents(dice.around(24, 0.7));
      script.move({ atMs, to: dice.pick(shops), asset, units: asset === coin ? cents(units / 200) : units });
    }
  }
};

/** Kinds of agents that streams are made of. */
export const AGENT_KINDS = { payroll, 'dca-trader': dcaTrader, 'market-maker': marketMaker, treasury, shopper } as const;
/** Name of a kind of agent. */
export type AgentKindName = keyof typeof AGENT_KINDS;
