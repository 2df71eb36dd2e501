/**
 * Plays the gate on a local chain: ordinary payments, attacks, and the emergency stop. A real EVM node, a real SQLite
 * file, real keys. Exit 0 only where each scene ended as it must.
 */
import { exitCodeOf, playScene } from './play.ts';
import { type Outcome, printOpening, printResult, printScene, printSummary } from './print.ts';
import { SCENES } from './scenes/index.ts';
import { openStage } from './stage.ts';

printOpening([
  'castellan: a gate between agents and their money',
  'Four agents with wallets and rules of their own, three people with keys, and a thief. A real chain and a real store.',
]);
const stage = await openStage();
const outcomes: Outcome[] = [];
for (const [index, scene] of SCENES.entries()) {
  printScene(index + 1, scene);
  const { result, outcome } = await playScene(scene, stage);
  printResult(result, outcome.ok);
  outcomes.push(outcome);
}
await stage.close();
printSummary(outcomes, performance.now() / 1_000);
process.exitCode = exitCodeOf(SCENES, outcomes);
