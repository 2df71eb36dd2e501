import type { House } from './boot.ts';
import type { Running } from './lifecycle.ts';

/** Runs each end in its order; one that fails does not keep the next from being reached. */
export async function endAll(ends: readonly (() => unknown)[]): Promise<void> {
  for (const end of ends) {
    try {
      await end();
    } catch {
      // What cannot be closed is left to the process: everything durable is in the store already.
    }
  }
}

/** Closes every room of a house, the store last. Never rejects. */
export async function closeHouse(house: House): Promise<void> {
  await endAll([
    () => house.emergency.stop(),
    () => house.audit.stop(),
    () => Promise.all(house.chains.ids.map((chain) => house.chains.node(chain).close())),
    () => house.journal.close(),
    () => house.custody.close(),
    () => house.deadlines.close(),
    () => house.store.close(),
  ]);
}

/** Lets go of what is still being driven, and closes. */
export async function closeRunning({ house, parts, reconciler }: Running): Promise<void> {
  for (const drive of parts.driving.values()) drive.abort();
  await endAll([() => reconciler.stop()]);
  await closeHouse(house);
}
