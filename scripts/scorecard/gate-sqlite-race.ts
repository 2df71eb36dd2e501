import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { systemClock, systemRandom } from '../../src/adapters/host/index.ts';
import { createSqliteStore } from '../../src/adapters/store/sqlite/index.ts';
import { type LedgerRow, ledgerUse, type Store, storeKey, type WindowRow } from '../../src/core/index.ts';
import { ACCOUNT, applyOne, capsOf, reserveCommand } from '../../src/testing/store-conformance/scene.ts';

/** What the race came to. */
export interface SqliteRace {
  /** Most units that ever stood above the cap, in any sample and in what was granted: the bar is 0. */
  readonly overspend: number;
  readonly granted: number;
  readonly cap: number;
  /** Units in use once unredeemed holds had expired and every free unit was taken again: the bar is `cap`. */
  readonly refilled: number;
  readonly ms: number;
}

const WINDOW_MS = 86_400_000;

interface Told {
  readonly granted: number;
  readonly redeemed: number;
  readonly others: number;
  readonly dueMs: number;
}

/**
 * Two processes on one SQLite file make `size` concurrent reservations of one unit against a cap worth half of them, while
 * a third connection looks at what is used; then unredeemed holds expire and the cap is filled again.
 */
export async function sqliteRace(size: number): Promise<SqliteRace> {
  const directory = mkdtempSync(join(tmpdir(), 'castellan-race-'));
  const path = join(directory, 'race.sqlite');
  const cap = Math.floor(size / 2);
  const holdMs = 1_500 + size * 2;
  const clock = systemClock();
  const store = await createSqliteStore({ path, clock, random: systemRandom(), lockDeadlineMs: 120_000 });
  const children: ChildProcess[] = [];
  try {
    const runners = ['a', 'b'].map((name) => start(children, [path, name, String(size / 2), String(cap), String(holdMs)]));
    await Promise.all(runners.map(({ next }) => next()));
    const startedMs = clock.monotonicMs();
    for (const { go } of runners) go();
    let racing = true;
    let most = 0;
    const sampling = (async () => {
      while (racing) {
        most = Math.max(most, await used(store, clock.nowMs()));
        await sleep(2);
      }
    })();
    const told = await Promise.all(runners.map(async ({ next }) => JSON.parse(await next()) as Told));
    const ms = clock.monotonicMs() - startedMs;
    racing = false;
    await sampling;
    const granted = told.reduce((sum, each) => sum + each.granted, 0);
    if (told.some((each) => each.others > 0)) throw new Error('A reservation was refused for another reason than the cap.');
    // A hold counts until its due time rounded up by at most 1/32 of its life.
    await sleep(Math.max(0, Math.max(...told.map((each) => each.dueMs)) + holdMs / 32 + 251 - clock.nowMs()));
    const redeemed = told.reduce((sum, each) => sum + each.redeemed, 0);
    const again = await Promise.all(
      Array.from({ length: cap }, async (_, n) => {
        const id = `z${String(n).padStart(6, '0')}`;
        return (
          await applyOne(
            store,
            reserveCommand(clock.nowMs(), { id, amount: '1', dueMs: clock.nowMs() + 600_000 }, capsOf([[WINDOW_MS, String(cap)]])),
          )
        ).ok;
      }),
    );
    const refilled = redeemed + again.filter(Boolean).length;
    return { overspend: Math.max(0, most - cap, granted - cap, refilled - cap), granted, cap, refilled, ms };
  } finally {
    for (const child of children) child.kill('SIGKILL');
    await store.close();
    rmSync(directory, { recursive: true });
  }
}

/** Units used by one consistent look at the ledger. */
async function used(store: Store, nowMs: number): Promise<number> {
  const [row, window] = await store.get([storeKey.ledger(ACCOUNT), storeKey.ledgerWindow(ACCOUNT, WINDOW_MS)]);
  return Number(ledgerUse(row as unknown as LedgerRow | undefined, window as unknown as WindowRow | undefined, WINDOW_MS, nowMs).used);
}

function start(children: ChildProcess[], args: readonly string[]): { readonly go: () => void; readonly next: () => Promise<string> } {
  const child = spawn(process.execPath, [fileURLToPath(new URL('./sqlite-race-child.ts', import.meta.url)), ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  children.push(child);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    go: () => void child.stdin.write('go\n'),
    async next() {
      const line = await lines.next();
      if (line.done === true) throw new Error('A racing process ended early.');
      return line.value;
    },
  };
}
