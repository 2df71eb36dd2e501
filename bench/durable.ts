import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nanosecondsPer, type RatioBound, ratioBound } from '../scripts/scorecard/measure.ts';
import { createSqliteStore } from '../src/adapters/store/sqlite/index.ts';
import { type RequestRow, storeKey } from '../src/core/index.ts';
import { decide } from '../src/manager/pipeline/decide.ts';
import { approvedRow, dryRunOf, PACE_MS, prepareOffline, requestOf, settleAll, teachProfiles } from './payments.ts';
import { openScene } from './scene.ts';

const PAGE = Buffer.alloc(4_096, 1);
/** Appends of one round of the floor. */
const APPENDS = 512;

/**
 * Durable decisions of so many concurrent callers over one append of 4 KiB with fdatasync, ns each, on the same disk in
 * rounds that take turns. Each caller decides for agents of its own, one after the other.
 */
export async function measureDurable(options: {
  readonly callers: number;
  readonly agents: number;
  readonly passes: number;
  readonly rounds: number;
}): Promise<RatioBound> {
  const directory = mkdtempSync(join(tmpdir(), 'castellan-durable-'));
  const file = openSync(join(directory, 'floor'), 'w');
  const scene = await openScene({
    agents: options.agents,
    openStore: (host) => createSqliteStore({ path: join(directory, 'gate.sqlite'), clock: host.clock, random: host.random }),
  });
  const { house, parts } = scene;
  let turn = 0;

  /** One decision of every agent by callers at once; settling is outside the timing. */
  async function pass(): Promise<number> {
    const wanted = scene.agents.map((agent) => prepareOffline(scene, agent, requestOf(scene, agent, turn++)));
    const runs = wanted.map((prepared) => ({ prepared, simulate: dryRunOf(scene, prepared) }));
    const startedNs = process.hrtime.bigint();
    await Promise.all(
      Array.from({ length: options.callers }, async (_, caller) => {
        for (let at = caller; at < runs.length; at += options.callers) {
          const { prepared, simulate } = runs[at] as (typeof runs)[number];
          approvedRow(await decide(parts, prepared, { simulate }));
        }
      }),
    );
    const tookNs = Number(process.hrtime.bigint() - startedNs);
    const rows = await house.store.get(wanted.map(({ request }) => storeKey.request(request.agentId, request.id)));
    await settleAll(scene, rows as unknown as readonly RequestRow[]);
    scene.clock.skip(PACE_MS);
    return tookNs;
  }
  async function round(): Promise<number> {
    let tookNs = 0;
    for (let at = 0; at < options.passes; at += 1) tookNs += await pass();
    return tookNs / (options.passes * scene.agents.length);
  }
  const append = (): Promise<number> =>
    nanosecondsPer(APPENDS, () => {
      writeSync(file, PAGE);
      fdatasyncSync(file);
    });

  try {
    await teachProfiles(scene, 64);
    return await ratioBound(round, append, { rounds: options.rounds, warmup: 3 });
  } finally {
    await scene.close();
    closeSync(file);
    rmSync(directory, { recursive: true });
  }
}

if (import.meta.filename === process.argv[1]) {
  const bound = await measureDurable({ callers: 64, agents: Number(process.argv[2] ?? 1_024), passes: 4, rounds: 11 });
  process.stdout.write(
    `${(1e9 / bound.a).toFixed(0)} decisions/s, ${(1e9 / bound.b).toFixed(0)} fdatasyncs/s, ${(1 / bound.ratio).toFixed(2)} × (95 %: at least ${(1 / bound.upper).toFixed(2)} ×)\n`,
  );
}
