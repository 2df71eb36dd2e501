import { median, nanosecondsPer, type RatioBound, ratioBound } from '../scripts/scorecard/measure.ts';
import { signCheckpoint } from '../src/audit/checkpoint.ts';
import { parseEntry } from '../src/audit/index.ts';
import { canonicalize, leafHash, type RequestRow, type SecurityEvent, storeKey } from '../src/core/index.ts';
import { decide } from '../src/manager/pipeline/decide.ts';
import { prepare } from '../src/manager/pipeline/prepare.ts';
import { approvedRow, dryRunOf, PACE_MS, prepareOffline, requestOf, settleAll, teachProfiles } from './payments.ts';
import { openScene, type Scene, type SceneAgent } from './scene.ts';

/** What deciding costs beside its floor. All figures ns per decision. */
export interface DecideCost {
  /** A decision over the floor for the same log entries. */
  readonly bound: RatioBound;
  /** Building, decoding and hashing the exact bytes, the chain's answers left out. */
  readonly prepareNs: number;
  /** The shortest way to write the same entries as JSON at all, unsorted and unhashed. */
  readonly stringifyNs: number;
  readonly entryChars: number;
  readonly decisions: number;
}

const CHECKPOINT_EVERY = 100;
/** Requests that are built ahead: few, as in production, so that none of them grows old. */
const BATCH = 64;
/** Decisions before anything is timed. */
const WARM_DECISIONS = 8_000;
/** Entries that one round of the floor writes. */
const FLOOR_ENTRIES = 2_048;

/** Canonical form and hash of each entry, one signature per hundred: what no signed log can do without. */
async function floorOf(scene: Scene, events: readonly SecurityEvent[]): Promise<number> {
  const key = await scene.house.custody.attestationKey('log');
  return nanosecondsPer(events.length, (turn) => {
    const leaf = leafHash(canonicalize(events[turn]));
    if ((turn + 1) % CHECKPOINT_EVERY === 0) signCheckpoint({ origin: 'castellan/default', size: turn, root: leaf }, key);
  });
}

/**
 * Decides for every agent in turn, in memory, through all eight layers to the committed and signed entry, in rounds that
 * alternate with the floor over the very entries that the decisions before it wrote. Each round's payments are settled
 * before the next, outside the timing.
 */
export async function measureDecide(options: {
  readonly agents: number;
  readonly passes: number;
  readonly rounds: number;
}): Promise<DecideCost> {
  const scene = await openScene({ agents: options.agents });
  const { house, parts } = scene;
  let events: SecurityEvent[] = [];
  const prepareCosts: number[] = [];
  let decisions = 0;
  let turn = 0;

  /** One decision of each of these agents; building before and settling after are outside the timing. */
  async function batch(agents: readonly SceneAgent[]): Promise<number> {
    const wanted = agents.map((agent) => prepareOffline(scene, agent, requestOf(scene, agent, turn++)));
    const runs = wanted.map((prepared) => ({ prepared, simulate: dryRunOf(scene, prepared) }));
    const startedNs = process.hrtime.bigint();
    for (const { prepared, simulate } of runs) approvedRow(await decide(parts, prepared, { simulate }));
    const tookNs = Number(process.hrtime.bigint() - startedNs);
    const { unsigned, fault } = house.audit.health();
    if (fault !== null || unsigned > CHECKPOINT_EVERY) throw new Error(`${unsigned} entries are unsigned (${fault})`);
    const rows = await house.store.get(wanted.map(({ request }) => storeKey.request(request.agentId, request.id)));
    await settleAll(scene, rows as unknown as readonly RequestRow[]);
    decisions += wanted.length;
    return tookNs;
  }
  async function round(): Promise<number> {
    const { size } = await house.store.logHead();
    let tookNs = 0;
    for (let at = 0; at < options.passes; at += 1) {
      for (let from = 0; from < scene.agents.length; from += BATCH) tookNs += await batch(scene.agents.slice(from, from + BATCH));
      scene.clock.skip(PACE_MS);
    }
    events = [];
    for (let from = size; events.length < FLOOR_ENTRIES; from += 1_000) {
      const rows = await house.store.log(from);
      if (rows.length === 0) break;
      events.push(...rows.map((row) => parseEntry(row.entry)).filter((event) => event.type === 'decision_made'));
    }
    return tookNs / (options.passes * scene.agents.length);
  }
  async function prepareRound(): Promise<void> {
    const requests = scene.agents.slice(0, 256).map((agent) => requestOf(scene, agent, turn));
    const cost = await nanosecondsPer(requests.length, async (at) => {
      const made = await prepare(parts, requests[at] as (typeof requests)[number]);
      if (!made.ok) throw new Error(made.reason.message);
    });
    prepareCosts.push(cost);
  }

  try {
    await teachProfiles(scene, 64);
    // Until the code that is measured is the code that the engine ends up with.
    while (decisions < WARM_DECISIONS) {
      await round();
      await floorOf(scene, events);
    }
    decisions = 0;
    const bound = await ratioBound(
      async () => {
        const cost = await round();
        await prepareRound();
        return cost;
      },
      () => floorOf(scene, events),
      { rounds: options.rounds, warmup: 1 },
    );
    const texts = events.map((event) => canonicalize(event));
    const plain = texts.map((text) => JSON.parse(text) as unknown);
    const stringifyNs = await nanosecondsPer(plain.length, (at) => JSON.stringify(plain[at]));
    return {
      bound,
      prepareNs: median(prepareCosts),
      stringifyNs,
      entryChars: texts.reduce((sum, text) => sum + text.length, 0) / texts.length,
      decisions,
    };
  } finally {
    await scene.close();
  }
}

if (import.meta.filename === process.argv[1]) {
  const quick = process.argv.includes('--quick');
  const cost = await measureDecide({ agents: quick ? 128 : 1_024, passes: quick ? 16 : 4, rounds: 11 });
  const { bound } = cost;
  process.stdout.write(
    `decision ${(bound.a / 1e3).toFixed(2)} µs, floor ${(bound.b / 1e3).toFixed(2)} µs, ratio ${bound.ratio.toFixed(2)} (95 %: ${bound.lower.toFixed(2)}–${bound.upper.toFixed(2)}), with prepare ${((bound.a + cost.prepareNs) / 1e3).toFixed(2)} µs, JSON.stringify ${(cost.stringifyNs / 1e3).toFixed(2)} µs, ${cost.entryChars.toFixed(0)} characters an entry\n`,
  );
}
