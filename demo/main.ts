/**
 * Plays the gate on a local chain: ordinary payments, attacks, and the emergency stop. A real EVM node, a real SQLite
 * file, real keys. Exit 0 only where each scene ended as it must.
 */
import { type Outcome, printOpening, printResult, printScene, printSummary } from './print.ts';
import type { Scene, SceneResult } from './scene.ts';
import { SCENES } from './scenes/index.ts';
import { openStage, type Stage } from './stage.ts';

/** Longer than this no scene may take, ms. */
const SCENE_TIMEOUT_MS = 30_000;

async function playOne(scene: Scene, stage: Stage): Promise<SceneResult> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<SceneResult>((_, reject) => {
    timer = setTimeout(() => reject(new Error('the scene did not come to an end')), SCENE_TIMEOUT_MS);
  });
  try {
    return await Promise.race([scene.play(stage), late]);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { actual: `failed: ${message.split('\n')[0]}`, line: error instanceof Error ? (error.stack ?? message) : message };
  } finally {
    clearTimeout(timer);
  }
}

printOpening([
  'castellan: a gate between agents and their money',
  'Four agents with wallets and rules of their own, three people with keys, and a thief. A real chain and a real store.',
]);
const stage = await openStage();
const outcomes: Outcome[] = [];
for (const [index, scene] of SCENES.entries()) {
  printScene(index + 1, scene);
  const beganMs = performance.now();
  const result = await playOne(scene, stage);
  const ok = result.actual === scene.expected;
  printResult(result, ok);
  outcomes.push({
    title: scene.title,
    expected: scene.expected,
    actual: result.actual,
    ok,
    seconds: (performance.now() - beganMs) / 1_000,
  });
}
await stage.close();
printSummary(outcomes, performance.now() / 1_000);
process.exitCode = outcomes.length === SCENES.length && outcomes.every(({ ok }) => ok) ? 0 : 1;
