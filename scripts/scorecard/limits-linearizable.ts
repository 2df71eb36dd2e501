import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { systemClock } from '../../src/adapters/host/index.ts';
import { createMemoryStore } from '../../src/adapters/store/memory/index.ts';
import { dropSchemas, hasPostgres, newSchema, POSTGRES_URL } from '../../test/store/postgres.ts';
import type { Bar } from './bar.ts';
import { type Act, isLinearizable, type Recorded, record, scriptsOf } from './limits-history.ts';

const CLIENTS = 3;
const ACTS = 6;

/** Does one history: every client its script, all at once. */
type Play = (history: string, scripts: readonly (readonly Act[])[]) => Promise<readonly Recorded[]>;

const below = (n: number): number => Math.floor(Math.random() * n);

/** What recording came to. */
interface Measured {
  readonly wrong: readonly string[];
  readonly overlapping: number;
  readonly granted: number;
  readonly acts: number;
}

async function measure(kind: string, size: number, play: Play, report: (line: string) => void): Promise<Measured> {
  let overlapping = 0;
  let granted = 0;
  const wrong: string[] = [];
  for (let n = 0; n < size; n++) {
    const acts = await play(`${kind}${n}`, scriptsOf(`${kind}${n}`, CLIENTS, ACTS, below));
    overlapping += acts.filter((act) =>
      acts.some((other) => other !== act && other.fromNs < act.untilNs && act.fromNs < other.untilNs),
    ).length;
    granted += acts.filter(({ answer }) => answer === true).length;
    if (!isLinearizable(acts)) wrong.push(`${kind} ${n}: ${told(acts)}`);
    if ((n + 1) % 250 === 0) report(`${n + 1} histories on ${kind}`);
  }
  return { wrong, overlapping, granted, acts: size * CLIENTS * ACTS };
}

/** A history in words: act, answer, and the span in microseconds since its beginning. */
function told(acts: readonly Recorded[]): string {
  const beginNs = acts.reduce((first, { fromNs }) => (fromNs < first ? fromNs : first), acts[0]?.fromNs ?? 0n);
  const since = (ns: bigint): bigint => (ns - beginNs) / 1_000n;
  return acts
    .map(({ act, answer, code, fromNs, untilNs }) => `${JSON.stringify(act, text)}=${code ?? answer}@${since(fromNs)}-${since(untilNs)}`)
    .join(' ');
}

const text = (_: string, value: unknown): unknown => (typeof value === 'bigint' ? String(value) : value);

async function onMemory(size: number, report: (line: string) => void) {
  const clock = systemClock();
  const store = createMemoryStore({ clock });
  const client = async (history: string, script: readonly Act[]): Promise<readonly Recorded[]> => {
    const seen: Recorded[] = [];
    for (const act of script) {
      // Clients fall into and out of step.
      if (below(20) === 0) await new Promise(setImmediate);
      seen.push(await record(store, history, act, () => clock.nowMs()));
    }
    return seen;
  };
  try {
    return await measure(
      'memory',
      size,
      async (history, scripts) => (await Promise.all(scripts.map((script) => client(history, script)))).flat(),
      report,
    );
  } finally {
    await store.close();
  }
}

/** Every client in a process of its own, on one store. */
async function onProcesses(kind: string, place: readonly string[], size: number, report: (line: string) => void) {
  const children: ChildProcess[] = [];
  try {
    const clients: ((history: string, acts: readonly Act[]) => Promise<readonly Recorded[]>)[] = [];
    for (let n = 0; n < CLIENTS; n++) clients.push(await startClient(children, [kind, ...place]));
    const play: Play = async (history, scripts) => (await Promise.all(clients.map((ask, n) => ask(history, scripts[n] ?? [])))).flat();
    return await measure(kind, size, play, report);
  } finally {
    for (const child of children) child.kill('SIGKILL');
  }
}

async function onSqlite(size: number, report: (line: string) => void) {
  const folder = mkdtempSync(join(tmpdir(), 'castellan-histories-'));
  try {
    return await onProcesses('sqlite', [join(folder, 'histories.sqlite')], size, report);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function onPostgreSql(size: number, report: (line: string) => void) {
  const schema = newSchema('histories');
  try {
    return await onProcesses('postgres', [POSTGRES_URL, schema], size, report);
  } finally {
    await dropSchemas(schema);
  }
}

/** A client in a process of its own. Bigints travel as text. */
async function startClient(children: ChildProcess[], args: readonly string[]) {
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', fileURLToPath(new URL('./limits-history-child.ts', import.meta.url)), ...args],
    {
      stdio: ['pipe', 'pipe', 'inherit'],
    },
  );
  children.push(child);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const read = async (): Promise<string> => {
    const line = await lines.next();
    if (line.done === true) throw new Error('A client ended early.');
    return line.value;
  };
  await read();
  return async (history: string, acts: readonly Act[]): Promise<readonly Recorded[]> => {
    child.stdin.write(`${JSON.stringify({ history, acts }, text)}\n`);
    return JSON.parse(await read(), (_, value) =>
      typeof value === 'string' && /^\d+n$/.test(value) ? BigInt(value.slice(0, -1)) : value,
    ) as Recorded[];
  };
}

const linearizableBar: Bar = {
  name: 'concurrent histories of the ledger',
  target: '1,000 recorded on each store: all linearizable',
  async run(mode, report) {
    const size = mode === 'full' ? 1_000 : 20;
    const runs: [string, Measured][] = [['memory', await onMemory(size, report)]];
    runs.push(['SQLite, a process each', await onSqlite(size, report)]);
    if (await hasPostgres()) runs.push(['PostgreSQL, a process each', await onPostgreSql(size, report)]);
    const wrong = runs.flatMap(([, run]) => run.wrong);
    const isBusy = runs.every(([, { overlapping, acts, granted }]) => overlapping * 3 > acts && granted * 10 > acts);
    return {
      figure: `${runs.length * size - wrong.length} of ${runs.length * size} linearizable`,
      pass: wrong.length === 0 && isBusy,
      notes: [
        ...runs.map(
          ([name, { acts, overlapping, granted }]) =>
            `${name}: ${CLIENTS} clients, ${acts.toLocaleString('en')} acts, ${overlapping.toLocaleString('en')} overlapping another, ${granted.toLocaleString('en')} granted`,
        ),
        ...(runs.length < 3 ? ['PostgreSQL does not answer: not measured'] : []),
        ...wrong.slice(0, 4),
      ],
    };
  },
};

/** What clients saw of the ledger, against its model. */
export const bars: readonly Bar[] = [linearizableBar];
