import type { Clock, Store } from '../../../core/index.ts';
import type { CompiledPolicy } from '../../policy/index.ts';
import { SCHEDULES, type StressLoad, windowsFor } from './schedules.ts';
import { createStressClock } from './stress-clock.ts';
import { createStressLedger } from './stress-ledger.ts';

/** What to attack, and with how much. */
export interface StressOptions extends StressLoad {
  /** Its limits are attacked; `unitCap`. */
  readonly policy: CompiledPolicy;
  /** Opens an empty ledger on this clock: once for each adversary. */
  readonly openStore: (clock: Clock, schedule: string) => Promise<Store>;
}

/** What one adversary tried, and what came of it. */
export interface StressResult {
  readonly schedule: string;
  readonly tried: number;
  readonly accepted: number;
  readonly held: boolean;
  /** Each thing that did not hold. */
  readonly findings: readonly string[];
}

/** What all of them came to. */
export interface StressReport {
  readonly held: boolean;
  readonly results: readonly StressResult[];
}

/** 2026-01-01. */
const START_MS = 1_767_225_600_000;

/**
 * Runs adversarial schedules against the real ledger under a policy's limits: splitting, racing, replaying, the edge of a window,
 * jumps of the clock, amounts that are none. A plain list of what was let through says whether a limit was broken.
 */
export async function stressTest({ policy, openStore, agents, transactions }: StressOptions): Promise<StressReport> {
  const results: StressResult[] = [];
  const load = { agents, transactions };
  const windows = policy.unitCap.windows.map(({ warn: _warn, ...window }) => window);
  for (const [schedule, run] of Object.entries(SCHEDULES)) {
    const clock = createStressClock(START_MS);
    const store = await openStore(clock, schedule);
    try {
      const ledger = createStressLedger(store, clock, schedule, windowsFor(schedule, windows, load));
      const findings = await run(ledger, load);
      results.push({ schedule, tried: ledger.tried(), accepted: ledger.accepted(), held: findings.length === 0, findings });
    } finally {
      await store.close();
    }
  }
  return { held: results.every(({ held }) => held), results };
}
