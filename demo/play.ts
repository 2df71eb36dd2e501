import { type Outcome, printAct, printResult, printScene } from './print.ts';
import type { Act, Scene, SceneResult } from './scene.ts';

/** Longer than this no scene may take, ms. */
const SCENE_TIMEOUT_MS = 30_000;

/** Plays one scene. Never rejects: a scene that throws or does not come to an end did not end as it must. */
export async function playScene<Stage>(
  scene: Scene<Stage>,
  stage: Stage,
  timeoutMs = SCENE_TIMEOUT_MS,
): Promise<{ readonly result: SceneResult; readonly outcome: Outcome }> {
  const beganMs = performance.now();
  const result = await within(timeoutMs, () => scene.play(stage)).catch((error: unknown): SceneResult => {
    const message = error instanceof Error ? error.message : String(error);
    return { actual: `failed: ${message.split('\n')[0]}`, line: error instanceof Error ? (error.stack ?? message) : message };
  });
  const ok = result.actual === scene.expected;
  const seconds = (performance.now() - beganMs) / 1_000;
  return { result, outcome: { title: scene.title, expected: scene.expected, actual: result.actual, ok, seconds } };
}

/** Plays an act on a stage of its own; its first scene has the number after `played`. */
export async function playAct<Stage extends { close(): Promise<void> }>(act: Act<Stage>, played = 0): Promise<readonly Outcome[]> {
  printAct(act.opening);
  const stage = await act.open();
  const outcomes: Outcome[] = [];
  try {
    for (const [index, scene] of act.scenes.entries()) {
      printScene(played + index + 1, scene);
      const { result, outcome } = await playScene(scene, stage);
      printResult(result, outcome.ok);
      outcomes.push(outcome);
    }
  } finally {
    await stage.close();
  }
  return outcomes;
}

/** 0 only where every scene was played and ended as it must. */
export function exitCodeOf(scenes: readonly unknown[], outcomes: readonly Outcome[]): 0 | 1 {
  return scenes.length > 0 && outcomes.length === scenes.length && outcomes.every(({ ok }) => ok) ? 0 : 1;
}

async function within<T>(ms: number, run: () => Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('the scene did not come to an end')), ms);
  });
  try {
    return await Promise.race([run(), late]);
  } finally {
    clearTimeout(timer);
  }
}
