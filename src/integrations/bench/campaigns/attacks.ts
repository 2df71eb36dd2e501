import { lookalikeOf } from '../made-account.ts';
import { atMost, type Campaign, payments, type Step, shareOf } from './scene.ts';

const steps = (count: number, step: (at: number) => Step): readonly Step[] => Array.from({ length: count }, (_, at) => step(at));

/** Most of the balance goes to one new account, in a few payments within minutes. */
const rapidDrain: Campaign = (scene) => {
  const [to, gapS] = [scene.account(), scene.dice.between(30, 240)];
  return payments(
    scene,
    steps(3 + scene.dice.int(4), (at) => ({ afterS: at * gapS, to, amount: shareOf(scene.balance, scene.dice.between(0.1, 0.2)) })),
  );
};

/** One payment several times the largest so far, to a new account. */
const largeNewDestination: Campaign = (scene) => {
  const amount = atMost(shareOf(scene.most, scene.dice.between(3, 12)), shareOf(scene.balance, 0.95));
  return amount < scene.most ? undefined : payments(scene, [{ afterS: 0, to: scene.account(), amount }]);
};

/** What a victim pays a swindler: one to three payments to a new account, not much above the usual. */
const scamPayment: Campaign = (scene) => {
  const to = scene.account();
  return payments(
    scene,
    steps(1 + scene.dice.int(3), (at) => ({
      afterS: at * scene.dice.between(7_200, 90_000),
      to,
      amount: shareOf(scene.usual, scene.dice.between(1, 3)),
    })),
  );
};

/** A few payments to a new account at an hour at which the wallet never acts. */
const unusualHours: Campaign = (scene) => {
  if (scene.quietHours.length === 0) return undefined;
  const [to, hour, day] = [scene.account(), scene.dice.pick(scene.quietHours), 86_400];
  const waitS = (hour * 3_600 - (Math.floor(scene.startMs / 1_000) % day) + day) % day;
  return payments(
    scene,
    steps(3 + scene.dice.int(3), (at) => ({
      afterS: waitS + at * scene.dice.between(300, 1_500),
      to,
      amount: shareOf(scene.usual, scene.dice.between(1, 2)),
    })),
  );
};

/** Many payments, each below the largest so far, to two new accounts. */
const structuring: Campaign = (scene) => {
  const to = [scene.account(), scene.account()];
  return payments(
    scene,
    steps(6 + scene.dice.int(5), (at) => ({
      afterS: at * scene.dice.between(1_200, 3_600),
      to: to[at % 2] as string,
      amount: shareOf(scene.most, scene.dice.between(0.6, 0.95)),
    })),
  );
};

/** Usual sums to new accounts, one after the other. */
const velocityBurst: Campaign = (scene) => {
  const gapS = scene.dice.between(20, 90);
  return payments(
    scene,
    steps(10 + scene.dice.int(8), (at) => ({
      afterS: at * gapS,
      to: scene.account(),
      amount: shareOf(scene.usual, scene.dice.between(0.3, 1)),
    })),
  );
};

/** Dust from an account that looks like one that is paid often, and later a usual payment to the wrong one. */
const addressPoisoning: Campaign = (scene) => {
  const [likes, dice] = [scene.paid[0] as string, scene.dice];
  const begin = 3 + dice.int(3);
  const to = lookalikeOf(likes, begin, begin + dice.int(2), dice);
  const [bait] = payments(scene, [{ afterS: 0, to, amount: 1n }]);
  const dust = { ...(bait as NonNullable<typeof bait>), direction: 'in' as const, amount: 1n };
  return [dust, ...payments(scene, [{ afterS: dice.between(3_600, 172_800), to, amount: shareOf(scene.usual, dice.between(0.8, 1.5)) }])];
};

/** An allowance without end for a spender that the wallet never met. There is none on TON, whose tokens move by the owner's message alone. */
const approvalDrainer: Campaign = ({ family, startMs, asset, decimals, account }) =>
  family === 'ton'
    ? undefined
    : [{ atMs: startMs, direction: 'out', kind: 'allowance', party: account(), asset, amount: 0n, decimals, allowance: 2n ** 256n - 1n }];

/** Three payments of round sums to a new account. */
const roundNumber: Campaign = (scene) => {
  const [to, grain] = [scene.account(), 10n ** BigInt(scene.usual.toString().length)];
  if (3n * grain > scene.balance) return undefined;
  return payments(
    scene,
    steps(3, (at) => ({ afterS: at * scene.dice.between(600, 7_200), to, amount: grain })),
  );
};

/** Campaigns against a wallet, by type. */
export const ATTACKS: Readonly<Record<string, Campaign>> = {
  rapid_drain: rapidDrain,
  large_new_dest: largeNewDestination,
  scam_payment: scamPayment,
  unusual_hours: unusualHours,
  structuring,
  velocity_burst: velocityBurst,
  address_poisoning: addressPoisoning,
  approval_drainer: approvalDrainer,
  round_number: roundNumber,
};
