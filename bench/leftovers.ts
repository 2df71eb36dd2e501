import { getEventListeners } from 'node:events';
import { type RequestRow, storeKey } from '../src/core/index.ts';
import { decide } from '../src/manager/pipeline/decide.ts';
import type { PreparedTx } from '../src/manager/pipeline/prepared.ts';
import { approvedRow, dryRunOf, PACE_MS, prepareOffline, requestOf, settleAll, teachProfiles } from './payments.ts';
import { openScene, type Scene } from './scene.ts';

/** What is open at a moment, by name. */
export type Open = Readonly<Record<string, number>>;

/** What many decisions left behind. */
export interface Leftovers {
  readonly decisions: number;
  readonly before: Open;
  readonly after: Open;
  /** Listeners that were left on the signals that simulations were given. */
  readonly signalListeners: number;
}

const AGENTS = 64;
const BATCH = 64;
/** Longest wait for the last checkpoint and the last tick of the deadlines, ms. */
const QUIET_MS = 5_000;

function look(scene: Scene): Open {
  const open: Record<string, number> = {
    timers: scene.clock.pending(),
    deadlines: scene.house.deadlines.pending(),
    subscribers: scene.house.bus.size(),
    lanes: scene.parts.lanes.size(),
    'process listeners': process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0),
  };
  for (const resource of process.getActiveResourcesInfo()) open[resource] = (open[resource] ?? 0) + 1;
  return open;
}

const same = (one: Open, other: Open): boolean =>
  [...new Set([...Object.keys(one), ...Object.keys(other)])].every((name) => (one[name] ?? 0) === (other[name] ?? 0));

/** Waits until as little is open as before, at most some seconds, and tells what is. */
async function rest(scene: Scene, before?: Open): Promise<Open> {
  for (let waited = 0; waited < QUIET_MS; waited += 50) {
    await new Promise<void>((resolve) => void setTimeout(resolve, 50));
    const now = look(scene);
    if (before === undefined ? now['timers'] === 0 || waited > 1_300 : same(before, now)) return now;
  }
  return look(scene);
}

/** Decides many times, every tenth one with a simulation that really waits, and compares what is open before and after. */
export async function findLeftovers(decisions: number): Promise<Leftovers> {
  const scene = await openScene({ agents: AGENTS });
  const { house, parts } = scene;
  const signals: AbortSignal[] = [];
  let turn = 0;
  const waiting = (prepared: PreparedTx) => async (signal: AbortSignal) => {
    if (turn % 10 === 0) {
      signals.push(signal);
      await new Promise<void>((resolve) => void setImmediate(resolve));
    }
    return dryRunOf(scene, prepared)();
  };
  const decideMany = async (count: number): Promise<void> => {
    for (let done = 0; done < count; done += BATCH) {
      const wanted = scene.agents.map((agent) => prepareOffline(scene, agent, requestOf(scene, agent, turn)));
      for (const prepared of wanted) {
        turn += 1;
        approvedRow(await decide(parts, prepared, { simulate: waiting(prepared) }));
      }
      const rows = await house.store.get(wanted.map(({ request }) => storeKey.request(request.agentId, request.id)));
      await settleAll(scene, rows as unknown as readonly RequestRow[]);
      scene.clock.skip(PACE_MS);
    }
  };
  try {
    await teachProfiles(scene, 64);
    await decideMany(AGENTS * 4);
    const before = await rest(scene);
    signals.length = 0;
    await decideMany(decisions);
    const after = await rest(scene, before);
    return {
      decisions,
      before,
      after,
      signalListeners: signals.reduce((sum, signal) => sum + getEventListeners(signal, 'abort').length, 0),
    };
  } finally {
    await scene.close();
  }
}

/** What is open after and was not before. */
export function leftBehind({ before, after, signalListeners }: Leftovers): readonly string[] {
  const more = Object.keys(after).filter((name) => (after[name] ?? 0) > (before[name] ?? 0));
  return [
    ...more.map((name) => `${(after[name] ?? 0) - (before[name] ?? 0)} ${name}`),
    ...(signalListeners > 0 ? [`${signalListeners} signal listeners`] : []),
  ];
}
