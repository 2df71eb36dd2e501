import { type Campaign, payments, shareOf } from './scene.ts';

/** The same sum to several new people within minutes. */
const payrollBatch: Campaign = (scene) => {
  const amount = shareOf(scene.usual, scene.dice.between(0.5, 1));
  return payments(
    scene,
    Array.from({ length: 5 + scene.dice.int(4) }, (_, at) => ({ afterS: at * 45, to: scene.account(), amount })),
  );
};

/** The owner moves nearly all to a new wallet of theirs, after a small payment that shows that it arrives. */
const migration: Campaign = (scene) => {
  const to = scene.account();
  return payments(scene, [
    { afterS: 0, to, amount: shareOf(scene.usual, 0.1) },
    { afterS: 1_800, to, amount: shareOf(scene.balance, 0.9) },
  ]);
};

/** A round sum to a known account, three days in a row. */
const recurringRound: Campaign = (scene) => {
  const amount = 10n ** BigInt(scene.usual.toString().length - 1);
  return payments(
    scene,
    Array.from({ length: 3 }, (_, at) => ({ afterS: at * 86_400, to: scene.paid[0] as string, amount })),
  );
};

/** One large purchase at a new shop. */
const largeFirstPurchase: Campaign = (scene) => {
  const amount = shareOf(scene.usual, scene.dice.between(2, 5));
  return amount > scene.balance ? undefined : payments(scene, [{ afterS: 0, to: scene.account(), amount }]);
};

/** Another allowance for a spender that the wallet let spend before. */
const knownRouter: Campaign = ({ spenders, startMs, asset, decimals }) =>
  spenders[0] === undefined
    ? undefined
    : [{ atMs: startMs, direction: 'out', kind: 'allowance', party: spenders[0], asset, amount: 0n, decimals, allowance: 2n ** 256n - 1n }];

/** What is unusual and harmless, by type. */
export const SURPRISES: Readonly<Record<string, Campaign>> = {
  benign_payroll_batch: payrollBatch,
  benign_migration: migration,
  benign_recurring_round: recurringRound,
  benign_large_first_purchase: largeFirstPurchase,
  benign_known_router: knownRouter,
};
