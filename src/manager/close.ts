import type { Clock } from '../core/clock.ts';
import type { House } from './boot.ts';
import { inTime } from './in-time.ts';
import type { Running } from './lifecycle.ts';

/** How long one room may take to close, ms: a store or an endpoint that hangs does not hold the others open. */
const PATIENCE_MS = 1_000;

/** Runs each end in its order; one that fails or hangs does not keep the next from being reached. */
async function endAll(clock: Clock, ends: readonly (() => unknown)[]): Promise<void> {
  for (const end of ends) {
    try {
      await inTime(clock, Promise.resolve(end()), PATIENCE_MS);
    } catch {
      // What cannot be closed is left to the process: everything durable is in the store already.
    }
  }
}

/** Closes every room of a house, the store last. Never rejects. */
export async function closeHouse(house: House): Promise<void> {
  await endAll(house.host.clock, [
    () => house.shadows.close(),
    () => house.approvalDesk.close(),
    () => house.approvals.stop(),
    () => house.notifications.stop(),
    () => house.emergency.stop(),
    () => house.audit.stop(),
    () => Promise.all(house.chains.ids.map((chain) => house.chains.node(chain).close())),
    () => house.journal.close(),
    () => house.custody.close(),
    () => house.deadlines.close(),
    () => house.store.close(),
  ]);
}

/** Lets go of what is still being driven, and closes. Never rejects. */
export async function closeRunning({ house, parts, jobs }: Running): Promise<void> {
  for (const drive of parts.driving.values()) drive.abort();
  await endAll(house.host.clock, [() => Promise.all(Object.values(jobs).map((job) => job.stop()))]);
  await closeHouse(house);
}
