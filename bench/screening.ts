import { systemClock, systemRandom } from '../src/adapters/host/index.ts';
import { type AccountId, parseChainId, sha256Hex } from '../src/core/index.ts';
import { createScreening, type ListReport, type Screening } from '../src/risk/index.ts';

const MAINNET = parseChainId('eip155:1');
const CHUNK_ROWS = 1_024;
const LOOKUPS = 2_000;
const ROUNDS = 501;
/** How long a turn of the event loop may take before it counts as waited for. */
const TICK_MS = 1;

/** Nanoseconds of a lookup: the median of all rounds, and the least, which is what it takes where nothing else is in the way. */
interface Lookup {
  readonly median: number;
  readonly least: number;
}

/** What screening by a list of so many entries came to. */
export interface ScreeningFigures {
  readonly entries: number;
  readonly loadMs: number;
  /** Longest time that other work had to wait while the list was loaded. */
  readonly longestWaitMs: number;
  /** Bytes of the entries as the report says. */
  readonly tableBytes: number;
  /** What the process holds more than before, outside and inside the heap. */
  readonly heldBytes: number;
  /** The most that it held at any time while it was loading, more than before. */
  readonly peakBytes: number;
  readonly hitNs: Lookup;
  readonly missNs: Lookup;
  /** A SHA-256 of an account's text in the same rounds: what a busy machine makes slower, it makes slower too. */
  readonly sha256Ns: Lookup;
  readonly wrong: number;
}

/** The `n`-th of many unlike addresses: two multiplicative walks over 32 bits, and the number itself. */
function address(n: number): string {
  const mixed = (factor: number): string => (Math.imul(n + 1, factor) >>> 0).toString(16).padStart(8, '0');
  const own = n.toString(16).padStart(8, '0');
  return `0x${mixed(0x9e3779b1)}${mixed(0x85ebca6b)}${own}${mixed(0xc2b2ae35)}${mixed(0x27d4eb2f)}`;
}

async function* rows(count: number): AsyncGenerator<Uint8Array> {
  for (let from = 0; from < count; from += CHUNK_ROWS) {
    let text = from === 0 ? 'address,kind\n' : '';
    for (let n = from; n < Math.min(count, from + CHUNK_ROWS); n += 1) text += `${address(n)},${n % 3 === 0 ? 'phishing' : 'scam'}\n`;
    yield Buffer.from(text, 'latin1');
  }
}

interface Memory {
  readonly heap: number;
  readonly buffers: number;
}

function memory(): Memory {
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return { heap: heapUsed, buffers: arrayBuffers };
}

/** What there is more now than before: a heap that became smaller makes up for nothing. */
const more = (before: Memory, now: Memory): number => Math.max(0, now.heap - before.heap) + Math.max(0, now.buffers - before.buffers);

async function collect(): Promise<void> {
  if (globalThis.gc === undefined) throw new Error('run with --expose-gc: what is held shows only when the rest is collected');
  // What is collected outside the heap is given back a little later.
  for (let turn = 0; turn < 4; turn += 1) {
    globalThis.gc();
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/**
 * Median over rounds of a lookup's nanoseconds, and how many were answered wrongly. Every round asks for accounts that none
 * before it asked for, spread over the whole list; rounds are short, so that what else the machine does falls on few of them.
 */
function timeLookups(
  screening: Screening,
  entries: number,
  verdict: 'listed' | 'clear',
): { readonly ns: Lookup; readonly sha256Ns: Lookup; readonly wrong: number } {
  const options = { nowMs: 0 };
  let wrong = 0;
  const times = Array.from({ length: ROUNDS }, (_, round) => {
    const accounts = Array.from({ length: LOOKUPS }, (_row, index) => {
      const at = (Math.imul(round * LOOKUPS + index + 1, 0x9e3779b1) >>> 0) % entries;
      // Flat in memory, as text that came from outside is.
      return Buffer.from(`${MAINNET}:${address(verdict === 'listed' ? at : at + entries)}`).toString('latin1') as AccountId;
    });
    const each = (run: (account: AccountId) => void): number => {
      const startedNs = process.hrtime.bigint();
      for (const account of accounts) run(account);
      return Number(process.hrtime.bigint() - startedNs) / accounts.length;
    };
    const ns = each((account) => {
      if (screening.screen(account, options).verdict !== verdict) wrong += 1;
    });
    return { ns, sha256Ns: each(sha256Hex) };
  });
  const figures = (of: (time: (typeof times)[number]) => number): Lookup => {
    const sorted = times.map(of).sort((a, b) => a - b);
    return { median: sorted[ROUNDS >> 1] as number, least: sorted[0] as number };
  };
  return { ns: figures(({ ns }) => ns), sha256Ns: figures(({ sha256Ns }) => sha256Ns), wrong };
}

/** Loads so many generated entries and times lookups all over them. */
export async function measureScreening(entries: number): Promise<ScreeningFigures> {
  const screening = createScreening({ random: systemRandom(), clock: systemClock(), chains: [MAINNET] });
  const load = (): Promise<ListReport> =>
    screening.load({ name: 'generated', format: 'csv', trust: 'curated', chains: [MAINNET] }, rows(entries));
  // Once in small, so that what the program itself takes is not counted.
  await screening.load({ name: 'generated', format: 'csv', trust: 'curated', chains: [MAINNET] }, rows(CHUNK_ROWS));
  timeLookups(screening, CHUNK_ROWS, 'listed');
  await collect();
  const before = memory();
  let peakBytes = 0;
  let longestWaitMs = 0;
  let lastMs = performance.now();
  const ticker = setInterval(() => {
    const nowMs = performance.now();
    longestWaitMs = Math.max(longestWaitMs, nowMs - lastMs - TICK_MS);
    lastMs = nowMs;
    peakBytes = Math.max(peakBytes, more(before, memory()));
  }, TICK_MS);
  const startedMs = performance.now();
  const { bytes, accounts } = await load();
  const loadMs = performance.now() - startedMs;
  clearInterval(ticker);
  await collect();
  const heldBytes = more(before, memory());
  const hits = timeLookups(screening, entries, 'listed');
  const misses = timeLookups(screening, entries, 'clear');
  return {
    entries: accounts,
    loadMs,
    longestWaitMs,
    tableBytes: bytes,
    heldBytes,
    peakBytes,
    hitNs: hits.ns,
    missNs: misses.ns,
    sha256Ns: misses.sha256Ns,
    wrong: hits.wrong + misses.wrong,
  };
}

if (import.meta.filename === process.argv[1]) {
  const entries = Number(process.argv[2] ?? 10_000_000);
  const mib = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;
  const ns = ({ median, least }: Lookup): string => `${median.toFixed(0)} ns (at least ${least.toFixed(0)})`;
  const found = await measureScreening(entries);
  process.stdout.write(
    `${found.entries} entries: ${mib(found.tableBytes)} in tables, ${mib(found.heldBytes)} held by the process, ${mib(found.peakBytes)} at most while loading\n` +
      `loaded in ${(found.loadMs / 1_000).toFixed(1)} s, other work waited ${found.longestWaitMs.toFixed(0)} ms at most\n` +
      `a lookup: ${ns(found.hitNs)} listed, ${ns(found.missNs)} clear, a SHA-256 beside it ${ns(found.sha256Ns)}; ${found.wrong} of ${2 * LOOKUPS * ROUNDS} wrong\n`,
  );
  const isWithin = found.heldBytes <= 200e6 && found.hitNs.median < 1_000 && found.missNs.median < 1_000 && found.wrong === 0;
  process.exitCode = isWithin ? 0 : 1;
}
