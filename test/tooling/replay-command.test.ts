import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openReplayScene, permissionsIn } from '../../scripts/scorecard/replay-scene.ts';
import { toEntry } from '../../src/audit/index.ts';
import type { SecurityEvent } from '../../src/core/index.ts';
import { type Desk, openDesk } from './scene.ts';

let desk: Desk;
let entries: readonly SecurityEvent[] = [];
beforeAll(async () => {
  desk = openDesk();
  const open = await openReplayScene(undefined, 'replay-command', 4);
  try {
    await open.decide(80);
    entries = await open.entries();
  } finally {
    await open.close();
  }
  const lines = entries.map((event) => toEntry(event).entry);
  writeFileSync(join(desk.directory, 'archive.jsonl'), `${lines.join('\n')}\n`);
  const exported = lines.map((line, index) => JSON.stringify({ index, source: 'castellan', event: JSON.parse(line) as unknown }));
  writeFileSync(join(desk.directory, 'export.jsonl'), `${exported.join('\n')}\n`);
  const packed = gzipSync(lines.join('\n'));
  writeFileSync(join(desk.directory, 'archive.jsonl.gz'), packed);
  writeFileSync(join(desk.directory, 'half.gz'), packed.subarray(0, packed.length / 2));
  writeFileSync(join(desk.directory, 'bomb.gz'), gzipSync('x'.repeat(50_000_000)));
  desk.config('none.yaml', {}, { agents: {} });
  // The last words of each agent, once as they are and once without transfers.
  const told = permissionsIn(entries);
  const last = new Map(
    entries.flatMap((event) =>
      event.type === 'permission_changed' && event.enacts !== undefined ? [[event.agent ?? '', event.enacts.digest]] : [],
    ),
  );
  const agents = Object.fromEntries([...last].map(([agent, digest]) => [agent, told.get(digest)?.permissions ?? {}]));
  desk.config('now.json', {}, { agents });
  const closed = Object.fromEntries(
    Object.entries(agents).map(([agent, words]) => [agent, { ...words, capabilities: { transfers: { enabled: false } } }]),
  );
  desk.config('closed.json', {}, { agents: closed });
});
afterAll(() => desk.remove());
const replay = async (...args: string[]) => {
  const { code, out } = await desk.cli('replay', ...args, '--json');
  return { code, data: JSON.parse(out) };
};

describe('castellan replay', () => {
  it.each(['archive.jsonl', 'export.jsonl', 'archive.jsonl.gz'])('reproduces %s from the file alone', async (log) => {
    const { code, data } = await replay('--audit-log', log, '--unchanged');
    expect([code, data.decisions, data.judged, data.same]).toEqual([0, 80, 80, 80]);
  });

  it.each(['half.gz', 'bomb.gz'])('refuses %s: a packed log that is cut off, or whose line has no end', async (log) => {
    const { code, err } = await desk.cli('replay', '--audit-log', log, '--unchanged');
    expect(code).not.toBe(0);
    expect(err).toContain('LOG_CORRUPT');
  });

  it('finds nothing new where the configuration says the same', async () => {
    const { data } = await replay('--audit-log', 'archive.jsonl', '--config', 'now.json');
    expect([data.newlyDenied, data.newlyAllowed, data.newlyEscalated]).toEqual([[], [], []]);
  });

  it('ends with 1 and lists what a candidate denies', async () => {
    const { code, data } = await replay('--audit-log', 'archive.jsonl', '--config', 'closed.json', '--only-changed');
    expect(code).toBe(1);
    expect(data.newlyDenied.length).toBeGreaterThan(0);
    expect(data.counts.same + data.counts.otherReasons + data.counts.indeterminate + data.newlyDenied.length).toBe(80);
    const { out } = await desk.cli('replay', '--audit-log', 'archive.jsonl', '--config', 'closed.json', '--only-changed');
    expect(out).toMatch(/^newly denied: [0-9a-f]+, .* was (approved|escalated): capability_disabled/m);
    expect(out).not.toContain('other reasons: ');
  });

  it('refuses what is no log', async () => {
    writeFileSync(join(desk.directory, 'broken.jsonl'), 'hello\n');
    expect((await desk.cli('replay', '--audit-log', 'broken.jsonl', '--unchanged')).err).toMatch(/^LOG_CORRUPT: Line 1 /);
    expect((await desk.cli('replay', '--audit-log', 'gone.jsonl', '--unchanged')).code).toBe(3);
  });
});

describe('castellan doctor', () => {
  it('names each line that is missed, ends with 1, and with fewer once they are met', async () => {
    desk.config('bare.yaml');
    const bare = JSON.parse((await desk.cli('doctor', '--config', 'bare.yaml', '--json')).out);
    expect([bare.exitCode, bare.checks.length]).toEqual([1, 15]);
    const missed = (report: typeof bare): string[] =>
      report.checks.filter(({ ok }: { ok: boolean }) => !ok).map(({ id }: { id: string }) => id);
    expect(missed(bare)).toEqual(expect.arrayContaining(['approval', 'temporal', 'keys', 'cold-wallet', 'dry-runs']));
    expect(missed(bare)).not.toContain('stress');
    const confirmed = JSON.parse((await desk.cli('doctor', '--config', 'bare.yaml', '--confirm', 'cold-wallet', '--json')).out);
    expect(missed(confirmed)).toEqual(missed(bare).filter((id) => id !== 'cold-wallet'));
  });

  it('tells of a store that does not outlive the process', async () => {
    desk.config('memory.yaml', undefined, { store: 'memory' });
    const { code, out } = await desk.cli('doctor', '--config', 'memory.yaml');
    expect(code).toBe(1);
    expect(out).toMatch(/^! {2}caps: /m);
    expect(out).toMatch(/^! {2}receipts: /m);
  });
});
