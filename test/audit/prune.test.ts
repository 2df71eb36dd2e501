import { describe, expect, it } from 'vitest';
import { archiveDigest, verifyArchive, verifyReceipt } from '../../src/audit/index.ts';
import { eventOf } from './fixture.ts';
import { decisionEvent, readAll } from './logger-fixture.ts';
import { archiveOf, DAY_MS, KEYS, logOf, whyNot } from './prune-fixture.ts';

describe('pruning', () => {
  it('drops what the archive holds, and every proof of the rest stands', async () => {
    const scene = await logOf(60);
    const { audit, store, log } = scene;
    const { text, plan } = await archiveOf(scene);
    const before = plan.expiredEntries;
    expect(before).toBeGreaterThan(200);
    const rows = await store.log(0);
    const receipt = await audit.receipt(eventOf(before).id);
    const archive = await archiveDigest([text]);
    const done = await audit.prune({ archive: [text] });
    expect(done).toMatchObject({ before, dropped: before, archive });
    expect((await store.log(0)).slice(0, 600)).toEqual(rows.map((row) => (row.index < before ? { ...row, entry: '' } : row)));
    expect(await audit.verifyIntegrity()).toMatchObject({
      valid: true,
      invalidEntries: [],
      checkedEntries: 601,
      pruned: { before, archive, record: done.record },
    });
    const [kept] = (await audit.query({ types: ['incident_event'] })).entries;
    expect([kept?.id, kept?.severity, kept?.action]).toEqual([done.record, 'warning', 'log_pruned']);
    // The first entry that is kept is proven as before, and after the log went on.
    expect(receipt && verifyReceipt(receipt, KEYS)).toMatchObject({ ok: true });
    await scene.more(2);
    const again = await audit.receipt(eventOf(before).id);
    expect(again && verifyReceipt(again, KEYS)).toMatchObject({ ok: true });
    expect(await log.verifyIntegrity({ checkpoint: plan.checkpoint ?? '' })).toMatchObject({ valid: true });
    expect(await log.verifyIntegrity({ from: before + 50 })).toMatchObject({ valid: true });
    expect((await audit.verifyIntegrity({ startDate: new Date(scene.clock.nowMs() - 20 * DAY_MS) })).valid).toBe(true);
    expect(await verifyArchive(text.trimEnd().split('\n'), plan.checkpoint ?? '', KEYS)).toEqual({ ok: true, entries: before });
  });

  it('says of a dropped entry that its archive has it, and finds it no more', async () => {
    const scene = await logOf(60, (n, atMs) => decisionEvent(n, { atMs }));
    const { audit, log } = scene;
    const { text, plan } = await archiveOf(scene);
    const total = (await audit.query({ limit: 1_000 })).entries.length;
    const { before, archive } = await audit.prune({ archive: [text] });
    const gone = decisionEvent(3).id;
    for (const run of [audit.find(gone), audit.receipt(gone), log.find(gone)])
      await expect(run).rejects.toMatchObject({ code: 'ENTRY_PRUNED', details: { index: 3, before, archive } });
    expect((await audit.find(decisionEvent(before).id))?.id).toBe(decisionEvent(before).id);
    const page = await audit.query({ limit: 1_000 });
    expect([page.entries.length, page.entries.at(-1)?.index, page.cursor]).toEqual([total - before + 1, before, null]);
    expect((await audit.query({ decisionId: gone })).entries).toEqual([]);
    expect((await log.query({ limit: 1_000 })).entries.length).toBe(total - before + 1);
    const walked: string[] = [];
    for (let cursor: string | undefined; ; ) {
      const part = await log.query({ limit: 100, ...(cursor === undefined ? {} : { cursor }) });
      walked.push(...part.entries.map(({ id }) => id));
      if (part.cursor === null) break;
      cursor = part.cursor;
    }
    expect(walked.length).toBe(total - before + 1);
    expect((await audit.export({ format: 'jsonl' })).data.split('\n').length).toBe(total - before + 2);
    const history: unknown[] = [];
    for await (const event of log.history({ sinceMs: 0, types: ['decision_made'] })) history.push(event);
    expect(history.length).toBe(total - before);
    expect(await audit.retention()).toMatchObject({ from: before, expiredEntries: 0, pruned: { before, archive } });
    expect((await audit.retention()).oldestAtMs).toBeGreaterThan(plan.oldestAtMs ?? 0);
  });

  it('goes on from one archive to the next, and all of them together are proven by the last checkpoint', async () => {
    const scene = await logOf(43);
    const { audit } = scene;
    const first = await archiveOf(scene);
    await audit.prune({ archive: [first.text] });
    await scene.more(5);
    const second = await archiveOf(scene);
    expect(second.plan.from).toBe(first.plan.expiredEntries);
    const done = await audit.prune({ archive: [second.text] });
    expect(done).toMatchObject({ before: second.plan.from + second.plan.expiredEntries, dropped: second.plan.expiredEntries });
    expect(await audit.verifyIntegrity()).toMatchObject({ valid: true, pruned: { before: done.before, record: done.record } });
    const lines = (first.text + second.text).trimEnd().split('\n');
    expect(await verifyArchive(lines, second.plan.checkpoint ?? '', KEYS)).toEqual({ ok: true, entries: done.before });
    const third = await archiveOf(scene);
    expect(third).toMatchObject({ text: '', plan: { expiredEntries: 0 } });
    expect(await whyNot(audit.prune({ archive: [third.text] }))).toBe('REQUEST_INVALID archive_unproven');
    expect(await whyNot(audit.prune({ archive: [first.text] }))).toBe('REQUEST_INVALID archive_unproven');
  });

  it('takes the archive packed or not, in pieces cut anywhere, and the same one again', async () => {
    const scene = await logOf(45, (n, at) => eventOf(n, { at, details: { note: `späße \u{1F512} ${n}` } } as never));
    const { stream, plan } = await scene.audit.archive({ compress: true });
    const packed = await readAll(stream);
    const cut = (bytes: Uint8Array, size: number) =>
      Array.from({ length: Math.ceil(bytes.length / size) }, (_, n) => bytes.subarray(n * size, (n + 1) * size));
    const text = (await readAll((await scene.audit.archive()).stream)) as Buffer;
    expect(await archiveDigest(cut(text, 3))).toBe(await archiveDigest([packed], 'gzip'));
    const done = await scene.audit.prune({ archive: cut(packed, 7), encoding: 'gzip' });
    expect(done.dropped).toBe(plan.expiredEntries);
    const size = (await scene.store.logHead()).size;
    for (const archive of [cut(text, 1_000), [text.toString().slice(0, -1)], [...text.toString()]])
      expect(await scene.audit.prune({ archive })).toEqual({ ...done, dropped: 0 });
    expect((await scene.store.logHead()).size).toBe(size);
  });
});
