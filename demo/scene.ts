import type { Decision, ExecutionResult } from '../src/index.ts';

/** How a scene really ended. */
export interface SceneResult {
  /** Compared with the scene's `expected`, letter for letter. */
  readonly actual: string;
  /** What came of it, one sentence. */
  readonly line: string;
  /** The decision whose eight layers are shown. */
  readonly decision?: Decision;
  /** More for the reader, shown above the result. */
  readonly notes?: readonly string[];
}

/** What is printed of a scene before it is played. */
export interface Script {
  readonly title: string;
  /** One plain sentence. */
  readonly story: string;
  /** How it must end. */
  readonly expected: string;
}

/** One scene of an act, on that act's stage. */
export interface Scene<Stage> extends Script {
  /** Plays it on the real chain and the real store. Rejects where anything but the end itself is not as it must be. */
  play(stage: Stage): Promise<SceneResult>;
}

/** Scenes that stand on one stage, one after the other. */
export interface Act<Stage> {
  readonly opening: string;
  readonly scenes: readonly Scene<Stage>[];
  open(): Promise<Stage>;
}

/** The end of an execution in a few words: its status, and where it is a "no" the code that decided. */
export function endOf({ status, reasons }: ExecutionResult): string {
  const [first] = reasons;
  if (status === 'success' || first === undefined) return status;
  return `${status === 'policy_rejected' || status === 'simulation_failed' ? 'denied' : status}: ${first.code}`;
}

/** Asks again and again until it is so, for at most five seconds. */
export async function until(isSo: () => Promise<boolean>): Promise<void> {
  for (let look = 0; look < 200 && !(await isSo()); look += 1) await new Promise((resolve) => setTimeout(resolve, 25));
}
