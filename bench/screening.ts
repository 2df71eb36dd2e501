import { systemClock, systemRandom } from '../src/adapters/host/index.ts';
import { type AccountId, parseChainId, sha256Hex } from '../src/core/index.ts';
import { createScreening, type ListReport, type Screening } from '../src/risk/index.ts';

const MAINNET = parseChainId('eip155:1');
const CHUNK_ROWS = 1_024;
const LOOKUPS = 2_000;
const ROUNDS = 501;
/** How long a turn of the event loop may take before it counts as waited for. */
const TICK_MS = 1;

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
  readonly hitNs: number;
  readonly missNs: number;
  /** A SHA-256 of an account's text in the same rounds: what a busy machine makes slower, it makes slower too. */
  readonly sha256Ns: number;
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

function memory(): number {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

function collect(): void {
  if (globalThis.gc === undefined) throw new Error('run with --expose-gc: what is held shows only when the rest is collected');
  for (let turn = 0; turn < 4; turn += 1) globalThis.gc();
}

/**
 * Median over rounds of a lookup's nanoseconds, and how many were answered wrongly. Every round asks for accounts that none
 * before it asked for, spread over the whole list; rounds are short, so that what else the machine does falls on few of them.
 */
function timeLookups(
  screening: Screening,
  entries: number,
  verdict: 'listed' | 'clear',
): { readonly ns: number; readonly sha256Ns: number; readonly wrong: number } {
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
  const median = (of: (time: (typeof times)[number]) => number): number => times.map(of).sort((a, b) => a - b)[ROUNDS >> 1] as number;
  return { ns: median(({ ns }) => ns), sha256Ns: median(({ sha256Ns }) => sha256Ns), wrong };
}

/** Loads so many generated entries and times lookups all over them. */
export async function measureScreening(entries: number): Promise<ScreeningFigures> {
  const screening = createScreening({ random: systemRandom(), clock: systemClock(), chains: [MAINNET] });
  const load = (): Promise<ListReport> =>
    screening.load({ name: 'generated', format: 'csv', trust: 'curated', chains: [MAINNET] }, rows(entries));
  collect();
  const before = memory();
  let peakBytes = 0;
  let longestWaitMs = 0;
  let lastMs = performance.now();
  const ticker = setInterval(() => {
    const nowMs = performance.now();
    longestWaitMs = Math.max(longestWaitMs, nowMs - lastMs - TICK_MS);
    lastMs = nowMs;
    peakBytes = Math.max(peakBytes, memory() - before);
  }, TICK_MS);
  const startedMs = performance.now();
  const { bytes, accounts } = await load();
  const loadMs = performance.now() - startedMs;
  clearInterval(ticker);
  collect();
  const heldBytes = memory() - before;
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
  const found = await measureScreening(entries);
  process.stdout.write(
    `${found.entries} entries: ${mib(found.tableBytes)} in tables, ${mib(found.heldBytes)} held by the process, ${mib(found.peakBytes)} at most while loading\n` +
      `loaded in ${(found.loadMs / 1_000).toFixed(1)} s, other work waited ${found.longestWaitMs.toFixed(0)} ms at most\n` +
      `a lookup: ${found.hitNs.toFixed(0)} ns listed, ${found.missNs.toFixed(0)} ns clear (a SHA-256 beside it: ${found.sha256Ns.toFixed(0)} ns); ${found.wrong} of ${2 * LOOKUPS * ROUNDS} wrong\n`,
  );
  const isWithin = found.heldBytes <= 200e6 && found.hitNs < 1_000 && found.missNs < 1_000 && found.wrong === 0;
  process.exitCode = isWithin ? 0 : 1;
}
