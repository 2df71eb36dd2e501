import type { Clock } from '../../../core/clock.ts';
import type { RequestRow, Step, StepResult, Store } from '../../../core/store.ts';
import { storeKey } from '../../../core/store.ts';
import type { Counter } from './counter.ts';

/** Moves after which an account may have more room than before. */
const FREEING: ReadonlySet<string> = new Set(['final', 'released']);

/** Requests of which some steps may have freed room. */
export function freedRequests(steps: readonly Step[], results: readonly StepResult[]): readonly string[] {
  const keys = new Set<string>();
  for (const [at, step] of steps.entries()) {
    if (results[at]?.ok !== true) continue;
    for (const command of step.commands) {
      const frees = command.kind === 'ledger.expire' || (command.kind === 'ledger.settle' && FREEING.has(command.to));
      if (frees) keys.add(storeKey.request(command.agent, command.requestId));
    }
  }
  return [...keys];
}

/**
 * Tells the counter which accounts have room again, so that whoever freed it finds it at once. Waits no longer than `freshMs`: by then every process
 * looks by itself. Fails never, for what was done is done.
 */
export async function tellFreed(
  record: Store,
  requests: readonly string[],
  counter: Counter,
  clock: Clock,
  freshMs: number,
): Promise<void> {
  if (requests.length === 0) return;
  const tell = async (): Promise<void> => {
    const rows = (await record.get(requests)) as readonly unknown[] as readonly (RequestRow | undefined)[];
    const accounts = new Set(rows.flatMap((row) => [...(row?.lines ?? []), ...(row?.booked?.lines ?? [])].map(({ account }) => account)));
    if (accounts.size > 0) await counter.mark([...accounts]);
  };
  await new Promise<void>((resolve) => {
    const late = clock.schedule(freshMs, resolve);
    void tell()
      .catch(() => undefined)
      .finally(() => {
        late.cancel();
        resolve();
      });
  });
}
