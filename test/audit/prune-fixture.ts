import type { RetentionPlan } from '../../src/audit/index.ts';
import { CastellanError, type SecurityEvent, type Store } from '../../src/core/index.ts';
import { eventOf, KEY, memoryLog, TENANT } from './fixture.ts';
import { append, type LoggerFixture, loggerOver, readAll } from './logger-fixture.ts';

export const DAY_MS = 86_400_000;
export const KEYS = { tenant: TENANT, publicKey: KEY.publicKey };
export const UNOWNED = { authority: { require: async () => undefined }, retentionDays: 30 };

/** Days of ten entries each, signed day by day. */
export async function logOf(days: number, events: (n: number, atMs: number) => SecurityEvent = (n, at) => eventOf(n, { at })) {
  const { store, log, clock } = memoryLog({ checkpointEvery: 10 });
  await log.start();
  const more = async (count: number): Promise<void> => {
    const { size } = await store.logHead();
    for (let day = 0; day < count; day += 1) {
      const from = size + 10 * day;
      await append(
        store,
        log,
        Array.from({ length: 10 }, (_, n) => events(from + n, clock.nowMs())),
      );
      await new Promise((resolve) => setImmediate(resolve));
      clock.advance(DAY_MS);
    }
  };
  await more(days);
  return { store, log, clock, more, audit: loggerOver({ store, log, clock }, UNOWNED) };
}

/** What `archive` hands out, as text, with its plan. */
export async function archiveOf({ audit }: Pick<LoggerFixture, 'audit'>): Promise<{ readonly text: string; readonly plan: RetentionPlan }> {
  const { stream, plan } = await audit.archive();
  return { text: (await readAll(stream)).toString(), plan };
}
export const whyNot = async (run: Promise<unknown>): Promise<string> => {
  const error = await run.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  return error instanceof CastellanError
    ? [error.code, ...('reason' in error.details ? [error.details['reason']] : [])].join(' ')
    : String(error);
};
export const textsOf = async (store: Store): Promise<readonly boolean[]> => (await store.log(0)).map(({ entry }) => entry !== '');
