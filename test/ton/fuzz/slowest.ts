import type { AccountId } from '../../../src/core/index.ts';
import { decodeSeed } from './decode-seed.ts';
import { SEEDS } from './seeds.ts';

/** A payload whose first decode took long, in hex; `ms` as a timer told it. */
export interface Slow {
  readonly payload: string;
  readonly wallet: AccountId;
  readonly ms: number;
}

/** Keeps the slowest payloads. */
export interface Slowest {
  offer(payload: Uint8Array, wallet: AccountId, ms: number): void;
  /** The slowest first. */
  list(): readonly Slow[];
}

const KEPT = 64;

/** Of the payloads below `limitMs` 64 are kept, and above it all of them: whatever is not among them was fast the first time. */
export function createSlowest(limitMs: number): Slowest {
  let kept: Slow[] = [];
  const list = (): readonly Slow[] => {
    kept = kept.sort((one, other) => other.ms - one.ms).filter(({ ms }, place) => place < KEPT || ms > limitMs);
    return kept;
  };
  return {
    offer(payload, wallet, ms) {
      const least = kept.length < KEPT ? 0 : (kept[KEPT - 1]?.ms ?? 0);
      if (ms <= least && ms <= limitMs) return;
      kept.push({ payload: Buffer.from(payload).toString('hex'), wallet, ms });
      if (kept.length % KEPT === 0) list();
    },
    list,
  };
}

/** Time of this thread alone, ms. */
function threadMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
}

/** By how much the time of this thread advances at a time, ms: many systems count it in ticks. */
function threadStepMs(): number {
  let step = 0;
  for (let looks = 0; looks < 10; looks += 1) {
    const from = threadMs();
    let to = from;
    while (to === from) to = threadMs();
    step = Math.max(step, to - from);
  }
  return step;
}

/**
 * Begins to time; what it gives back ends it, and says how long it took, ms: wall time or, where that is less, the thread's own
 * and a step of its clock. Never less than it took.
 */
export function createTimer(): () => () => number {
  const stepMs = threadStepMs();
  return () => {
    const own = threadMs();
    const start = performance.now();
    return () => {
      const ms = performance.now() - start;
      return Math.min(ms, threadMs() - own + stepMs);
    };
  };
}

const LEAST_LOOKS = 5;
/** For those that seem too slow each time: a busy machine is given the time to become a quiet one. */
const MOST_LOOKS = 25;
const PAUSE_MS = 200;
/** More than the codec remembers: each look is at bytes that it has not seen, as far as it knows. */
const FORGOTTEN_AFTER = 40;

/** The least that each payload took in at least five decodes alone, in up to 25 where that is above `limitMs`; the most of these. */
export async function slowestAgain(slow: readonly Slow[], limitMs: number): Promise<number> {
  const timer = createTimer();
  const look = ({ payload, wallet }: Slow): number => {
    const bytes = Uint8Array.from(Buffer.from(payload, 'hex'));
    const took = timer();
    try {
      decodeSeed(bytes, wallet);
    } catch {
      // Refused; that takes its time, too.
    }
    return took();
  };
  const least = new Map(slow.map((one) => [one, Number.POSITIVE_INFINITY]));
  for (let looks = 0; looks < MOST_LOOKS; looks += 1) {
    const again = slow.filter((one) => looks < LEAST_LOOKS || (least.get(one) ?? 0) > limitMs);
    if (again.length === 0) break;
    if (looks >= LEAST_LOOKS) await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    for (const one of again) least.set(one, Math.min(least.get(one) ?? 0, look(one)));
    if (again.length < FORGOTTEN_AFTER) for (const seed of SEEDS.slice(0, FORGOTTEN_AFTER)) decodeSeed(seed.payload, seed.wallet);
  }
  return Math.max(0, ...least.values());
}
