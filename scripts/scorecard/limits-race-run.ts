import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type LedgerRow, ledgerUse, type RequestRow, type Store, storeKey, type WindowRow } from '../../src/core/index.ts';
import { ACCOUNT, applyOne, capsOf, reserveCommand } from '../../src/testing/store-conformance/scene.ts';
import { openRaceStore, type RaceStore } from './race-store.ts';

/** What the race came to. Every count is of what the store holds, whatever its processes lived to tell. */
export interface LimitsRace {
  readonly cap: number;
  /** Most units above the cap in any look while it ran, and in what was held when all had ended: the bar is 0. */
  readonly overspend: number;
  /** Units held at the end, by the ledger, by the rows of requests, and by the log: three counts that must be one. */
  readonly held: readonly [ledger: number, rows: number, log: number];
  /** Units in use after unredeemed holds had expired and every free unit was taken again: the bar is `cap`. */
  readonly refilled: number;
  readonly kills: number;
  readonly looks: number;
  readonly ms: number;
}

/** Options of {@link limitsRace}. */
export interface RaceOptions {
  readonly place: RaceStore;
  readonly processes: number;
  /** Reservations that each process asks for; the cap is half of all of them. */
  readonly each: number;
  /** Kill one process so often, ms, and start it anew where it was: one that was answered something, so that the race ends on any machine. */
  readonly killEveryMs?: number;
  /** Runs beside the race until it is over. */
  readonly beside?: (racing: () => boolean) => Promise<void>;
}

const WINDOW_MS = 86_400_000;
/** How long holds last, ms: longer than the race. What comes after it is done by a process that is started that much later. */
const HOLD_MS = 1_800_000;

/** Processes on one store ask for twice what a cap allows, one unit each, while this one looks at what is used. */
export async function limitsRace(options: RaceOptions): Promise<LimitsRace> {
  const { place, processes, each } = options;
  const cap = Math.floor((processes * each) / 2);
  const store = await openRaceStore(place);
  // Processes that are killed and started again spend most of their life on reading the same code: it is kept compiled.
  const compiled = mkdtempSync(join(tmpdir(), 'castellan-compiled-'));
  const runners = Array.from({ length: processes }, (_, at) => createRunner(place, `p${at}-`, each, cap, compiled));
  await Promise.all(runners.map(({ ready }) => ready));
  const startedMs = performance.now();
  const dueMs = (await store.now()) + HOLD_MS;
  for (const runner of runners) runner.go(dueMs);
  let racing = true;
  let most = 0;
  let looks = 0;
  const looking = (async () => {
    for (; racing; looks++) {
      most = Math.max(most, await used(store, 0).catch(() => 0));
      await sleep(5);
    }
  })();
  let kills = 0;
  const killing = (async () => {
    while (options.killEveryMs !== undefined && racing) {
      await sleep(options.killEveryMs);
      const victims = runners.filter((runner) => runner.isRunning());
      if (racing && victims[kills % Math.max(1, victims.length)]?.kill() === true) kills++;
    }
  })();
  const beside = options.beside?.(() => racing);
  try {
    await Promise.all(runners.map(({ over }) => over));
    racing = false;
    await Promise.all([looking, killing, beside]);
    const ms = performance.now() - startedMs;
    const counts = await count(store);
    if ((await store.now()) > dueMs) throw new Error('The race took longer than its holds last.');
    const ledger = await used(store, 0);
    const refilled = await refill(place, cap);
    const overspend = Math.max(0, most - cap, ledger - cap, counts.rows - cap, refilled - cap);
    return { cap, overspend, held: [ledger, counts.rows, (await store.logHead()).size], refilled, kills, looks, ms };
  } finally {
    racing = false;
    for (const runner of runners) runner.stop();
    await store.close();
    rmSync(compiled, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Once every unredeemed hold is over, takes units until none is left, and says how many are in use. */
async function refill(place: RaceStore, cap: number): Promise<number> {
  // A hold counts until its due time rounded up by at most 1/32 of its life.
  const store = await openRaceStore(place, HOLD_MS * 1.1);
  try {
    const caps = capsOf([[WINDOW_MS, String(cap)]]);
    const now = await store.now();
    const free = cap - (await used(store, now));
    // One more than is free: the last one has to be refused.
    for (let taken = 0; taken <= free; taken += 5_000) {
      const numbers = Array.from({ length: Math.min(5_000, free + 1 - taken) }, (_, n) => taken + n);
      await Promise.all(numbers.map((n) => applyOne(store, reserveCommand(now, { id: `z${n}`, amount: '1', dueMs: now + HOLD_MS }, caps))));
    }
    return await used(store, await store.now());
  } finally {
    await store.close();
  }
}

/** Units used by one consistent look at the ledger. */
async function used(store: Store, nowMs: number): Promise<number> {
  const [row, window] = await store.get([storeKey.ledger(ACCOUNT), storeKey.ledgerWindow(ACCOUNT, WINDOW_MS)]);
  return Number(ledgerUse(row as unknown as LedgerRow | undefined, window as unknown as WindowRow | undefined, WINDOW_MS, nowMs).used);
}

async function count(store: Store): Promise<{ readonly rows: number }> {
  let rows = 0;
  let after: string | undefined;
  for (;;) {
    const page = await store.scan('request/', after === undefined ? {} : { after });
    rows += page.filter(({ value }) => ['held', 'redeemed'].includes((value as unknown as RequestRow).state)).length;
    const last = page.at(-1);
    if (last === undefined) return { rows };
    after = last.key;
  }
}

interface Runner {
  /** Settles once it can begin. */
  readonly ready: Promise<void>;
  /** Has it begin, now and whenever it is started anew. */
  go(dueMs: number): void;
  /** Settles once a process of this name was answered everything. */
  readonly over: Promise<void>;
  isRunning(): boolean;
  kill(): boolean;
  stop(): void;
}

function createRunner(place: RaceStore, name: string, each: number, cap: number, compiled: string): Runner {
  const file = fileURLToPath(new URL('./limits-race-child.ts', import.meta.url));
  const env = { ...process.env, NODE_COMPILE_CACHE: compiled };
  let answered = 0;
  let isReady = false;
  let hasGotOn = false;
  let due: number | undefined;
  let stopped = false;
  let child: ChildProcess | undefined;
  const { promise: over, resolve, reject } = Promise.withResolvers<void>();
  const first = Promise.withResolvers<void>();
  const begin = (): void => {
    if (isReady && due !== undefined) child?.stdin?.write(`${due}\n`);
  };
  const start = (): void => {
    isReady = false;
    hasGotOn = false;
    let isDone = false;
    const args = [file, JSON.stringify(place), name, String(answered), String(each), String(cap)];
    const started = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'], env });
    child = started;
    started.stdin.on('error', () => undefined);
    createInterface({ input: started.stdout }).on('line', (line) => {
      if (line === 'ready') {
        isReady = true;
        first.resolve();
        begin();
      }
      if (line.startsWith('at ')) {
        answered = Number(line.slice(3));
        hasGotOn = true;
      }
      if (!line.startsWith('done ')) return;
      const { others } = JSON.parse(line.slice(5)) as { readonly others: readonly string[] };
      if (others.length > 0) reject(new Error(`refused for another reason than the cap: ${others.join(', ')}`));
      isDone = true;
    });
    started.on('error', reject);
    started.on('close', (code, signal) => {
      if (isDone) resolve();
      else if (signal === 'SIGKILL' && !stopped) start();
      else reject(new Error(`A racing process ended early: ${signal ?? code}.`));
    });
  };
  start();
  return {
    over,
    ready: first.promise,
    go(dueMs) {
      due = dueMs;
      begin();
    },
    isRunning: () => hasGotOn && child?.exitCode === null && child.signalCode === null,
    kill: () => child?.kill('SIGKILL') ?? false,
    stop() {
      stopped = true;
      child?.kill('SIGKILL');
    },
  };
}
