import { describe, expect, it } from 'vitest';
import { createAuditLog, openNote, toNoteVerifier, verifyCheckpoint, verifyReceipt } from '../../src/audit/index.ts';
import type { Decision, LogRow, SecurityEvent, Store } from '../../src/core/index.ts';
import { createSeededRandom } from '../../src/testing/seeded-random.ts';
import { expectCode } from '../core/expect-code.ts';
import { eventOf, fileLog, KEY, memoryLog, OTHER_KEY, stepsOf, TENANT, temporaryFile } from './fixture.ts';

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('checkpoints', () => {
  it('come with the hundredth entry, not before', async () => {
    const { store, log } = memoryLog();
    await log.start();
    await store.apply(stepsOf(log, 0, 99));
    await settle();
    expect(log.health()).toEqual({
      started: true,
      size: 99,
      signedSize: 0,
      unsigned: 99,
      lastCheckpointAtMs: expect.any(Number),
      fault: null,
    });
    await store.apply(stepsOf(log, 99, 1));
    await settle();
    expect(log.health()).toMatchObject({ size: 100, signedSize: 100, unsigned: 0, lastCheckpointAtMs: 1_700_000_000_000 });
  });

  it('keep up with a busy log, whose end moves while it is read', async () => {
    const { store, log } = memoryLog();
    await log.start();
    for (let from = 0; from < 20_000; from += 100) {
      await store.apply(stepsOf(log, from, 100));
      expect(log.health().fault).toBeNull();
      expect(log.health().unsigned).toBeLessThan(3_000);
    }
    await log.stop();
    expect(await log.verifyIntegrity({ maxUnsigned: 0 })).toMatchObject({ valid: true, signedSize: 20_000 });
  });

  it('come a second after the first unsigned entry, by one timer', async () => {
    const { store, log, clock } = memoryLog();
    await log.start();
    await store.apply(stepsOf(log, 0, 1));
    await clock.advanceAsync(600);
    await store.apply(stepsOf(log, 1, 5));
    expect(clock.pending()).toBe(1);
    expect(log.health().unsigned).toBe(6);
    await clock.advanceAsync(399);
    expect(log.health().unsigned).toBe(6);
    await clock.advanceAsync(1);
    expect(log.health()).toMatchObject({ unsigned: 0, signedSize: 6 });
    expect(clock.pending()).toBe(0);
    await clock.advanceAsync(60_000);
    expect(clock.pending()).toBe(0);
  });

  it('are published, signed by the log key, and leave no timer after stop', async () => {
    const { store, log: template, clock } = memoryLog();
    const events: SecurityEvent[] = [];
    const log = createAuditLog({
      store,
      key: KEY,
      tenant: TENANT,
      clock,
      random: createSeededRandom('x'),
      onCheckpoint: (event) => events.push(event),
    });
    await log.start();
    await store.apply(stepsOf(template, 0, 3));
    await log.stop();
    expect(clock.pending()).toBe(0);
    // The log is signed before anything is in it, and when it stops.
    expect(events.map((event) => ('details' in event ? event.details['size'] : null))).toEqual([0, 3]);
    const [, event] = events;
    if (event?.type !== 'audit_checkpoint') throw new Error('no checkpoint');
    expect(openNote(String(event.details['checkpoint']), [toNoteVerifier('castellan/acme', KEY.publicKey)]).ok).toBe(true);
    expect(log.health()).toMatchObject({ started: false });
  });

  it('wait for a store that fails, show the fault, and come once it is back', async () => {
    const { store, clock } = memoryLog();
    let isDown = false;
    const flaky: Store = { ...store, apply: (steps) => (isDown ? Promise.reject(new Error('down')) : store.apply(steps)) };
    const log = createAuditLog({ store: flaky, key: KEY, tenant: TENANT, clock, random: createSeededRandom('x') });
    await log.start();
    isDown = true;
    await store.apply(stepsOf(log, 0, 150));
    await clock.advanceAsync(5_000);
    expect(log.health()).toMatchObject({ size: 150, unsigned: 150, fault: 'INTERNAL' });
    expect(clock.pending()).toBe(1);
    isDown = false;
    await clock.advanceAsync(1_000);
    expect(log.health()).toMatchObject({ unsigned: 0, fault: null });
  });

  it('are not written over one that nobody signed', async () => {
    const { store, log, clock } = memoryLog();
    await log.start();
    await store.apply(stepsOf(log, 0, 5));
    await clock.advanceAsync(1_000);
    await store.apply([{ commands: [{ kind: 'doc.put', key: 'checkpoint/latest', value: { v: 1, forged: true } }] }]);
    await store.apply(stepsOf(log, 5, 5));
    await clock.advanceAsync(10_000);
    expect(log.health()).toMatchObject({ size: 10, signedSize: 5, unsigned: 5, fault: 'LOG_CORRUPT' });
    expect((await log.verifyIntegrity()).problems).toMatchObject([{ kind: 'checkpoint_invalid', id: 'checkpoint/latest' }]);
    await log.stop();
  });

  it('refuse a tenant, an interval or an event that is not right', () => {
    const { store, clock, log } = memoryLog();
    const make = (more: object) => () =>
      createAuditLog({ store, key: KEY, tenant: TENANT, clock, random: createSeededRandom('x'), ...more });
    expectCode('CONFIG_INVALID', make({ tenant: 'a b' }));
    expectCode('CONFIG_INVALID', make({ checkpointEvery: 0 }));
    expectCode('CONFIG_INVALID', make({ checkpointMs: Number.NaN }));
    expectCode('INTERNAL', () => log.command(eventOf(1, { tenant: 'other' })));
  });
});

describe('two processes on one file', () => {
  it('each sign what the other appended, and the log stays whole', async () => {
    const path = temporaryFile();
    const one = await fileLog(path);
    const two = await fileLog(path);
    await Promise.all([one.log.start(), two.log.start()]);
    for (let round = 0; round < 10; round += 1) {
      await Promise.all([one.store.apply(stepsOf(one.log, round * 60, 30)), two.store.apply(stepsOf(two.log, round * 60 + 30, 30))]);
    }
    await Promise.all([one.log.stop(), two.log.stop()]);
    const report = await one.log.verifyIntegrity({ maxUnsigned: 0 });
    expect(report).toMatchObject({ valid: true, size: 600, signedSize: 600, problems: [] });
    await Promise.all([one.close(), two.close()]);
  });
});

describe('start', () => {
  it('goes on from the last checkpoint and reads only what came after', async () => {
    const path = temporaryFile();
    const first = await fileLog(path);
    await first.log.start();
    await first.store.apply(stepsOf(first.log, 0, 1_500));
    await first.log.stop();
    await first.store.apply(stepsOf(first.log, 1_500, 7));
    await first.close();

    const { store, close } = await fileLog(path);
    const read: number[] = [];
    const counting: Store = {
      ...store,
      log: async (from, limit) => {
        const rows: readonly LogRow[] = await store.log(from, limit);
        read.push(...rows.map(({ index }) => index));
        return rows;
      },
    };
    const { clock } = memoryLog();
    const log = createAuditLog({ store: counting, key: KEY, tenant: TENANT, clock, random: createSeededRandom('x') });
    await log.start();
    expect(read).toEqual([1_499, 1_500, 1_501, 1_502, 1_503, 1_504, 1_505, 1_506]);
    expect(log.health()).toMatchObject({ size: 1_507, signedSize: 1_500, unsigned: 7 });
    await log.stop();
    expect(await log.verifyIntegrity({ maxUnsigned: 0 })).toMatchObject({ valid: true, signedSize: 1_507 });
    await close();
  });

  it('refuses a checkpoint that nobody signed', async () => {
    const { store, log } = memoryLog();
    await log.start();
    await store.apply(stepsOf(log, 0, 5));
    await log.stop();
    const [doc] = (await store.get(['doc/checkpoint/latest'])) as unknown as { value: { note: string } }[];
    const value = { ...doc?.value, note: doc?.value.note.replace('\n5\n', '\n6\n') ?? '', size: 6 };
    await store.apply([{ commands: [{ kind: 'doc.put', key: 'checkpoint/latest', value }] }]);
    await expect(log.start()).rejects.toMatchObject({ code: 'LOG_CORRUPT' });
    expect(log.health().started).toBe(false);
  });

  it('under a new key reads everything again and signs it', async () => {
    const { store, log, clock } = memoryLog();
    await log.start();
    await store.apply(stepsOf(log, 0, 5));
    await log.stop();
    const renewed = createAuditLog({ store, key: OTHER_KEY, tenant: TENANT, clock, random: createSeededRandom('x') });
    await renewed.start();
    await renewed.stop();
    const receipt = await renewed.receipt('event-00000002');
    expect(receipt && verifyCheckpoint(receipt.checkpoint, 'castellan/acme', OTHER_KEY.publicKey).ok).toBe(true);
  });
});

describe('reading', () => {
  const filled = async () => {
    const made = memoryLog({ checkpointEvery: 50 });
    await made.log.start();
    for (let from = 0; from < 2_400; from += 100) await made.store.apply(stepsOf(made.log, from, 100));
    const decision = { id: 'z-decision', requestId: 'rq', effects: [] } as unknown as Decision;
    const about = { requestId: 'rq', decisionId: 'z-decision' };
    await made.store.apply([
      {
        commands: [
          made.log.command({ ...eventOf(2_400), id: 'z-decision', severity: 'warning', type: 'decision_made', decision } as SecurityEvent),
        ],
      },
      {
        commands: [
          made.log.command({
            ...eventOf(2_401),
            id: 'z-rejected',
            severity: 'error',
            type: 'policy_rejected',
            details: about,
          } as SecurityEvent),
        ],
      },
    ]);
    return made;
  };

  it('finds by every field, newest first, and goes on by cursor', async () => {
    const { log } = await filled();
    const ids = async (filter: Parameters<typeof log.query>[0]) => (await log.query(filter)).entries.map(({ id }) => id);
    expect(await ids({ limit: 2 })).toEqual(['z-rejected', 'z-decision']);
    expect(await ids({ requestId: 'rq' })).toEqual(['z-rejected', 'z-decision']);
    expect(await ids({ decisionId: 'z-decision' })).toEqual(['z-rejected', 'z-decision']);
    expect(await ids({ types: ['decision_made'] })).toEqual(['z-decision']);
    expect(await ids({ severity: ['error', 'critical'] })).toEqual(['z-rejected']);
    expect(await ids({ requestId: 'r17' })).toEqual(['event-00000017']);
    expect(await ids({ agents: ['a1'], fromMs: 1_700_000_000_000, toMs: 1_700_000_000_005 })).toEqual(['event-00000004', 'event-00000001']);
    expect(await ids({ requestId: 'nobody' })).toEqual([]);

    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const page: Awaited<ReturnType<typeof log.query>> = await log.query({
        agents: ['a2'],
        limit: 77,
        ...(cursor !== null && { cursor }),
      });
      seen.push(...page.entries.map(({ id }) => id));
      cursor = page.cursor;
    } while (cursor !== null);
    expect(seen).toHaveLength(800);
    expect(new Set(seen).size).toBe(800);
    expect(await log.find('z-decision')).toMatchObject({ index: 2_400, event: { type: 'decision_made' } });
    expect(await log.find('z-rejected')).toBeUndefined();
    expect(await log.find('nobody')).toBeUndefined();
    await expect(log.query({ limit: 0 })).rejects.toMatchObject({ code: 'REQUEST_INVALID' });
    await expect(log.query({ cursor: '-1' })).rejects.toMatchObject({ code: 'REQUEST_INVALID' });
  });

  it('tells history in order from a time on', async () => {
    const { log } = await filled();
    const seen: SecurityEvent[] = [];
    for await (const event of log.history({ sinceMs: 1_700_000_002_390, types: ['execution_success', 'policy_rejected'] }))
      seen.push(event);
    expect(seen.map(({ at }) => at - 1_700_000_000_000)).toEqual([2390, 2391, 2392, 2393, 2394, 2395, 2396, 2397, 2398, 2399, 2401]);
  });

  it('proves any entry by a receipt that anybody can verify, and no changed one', async () => {
    const { log } = await filled();
    for (const number of [0, 1, 49, 50, 51, 1_234, 2_399]) {
      const receipt = await log.receipt(eventOf(number).id);
      if (receipt === undefined) throw new Error('no receipt');
      expect(verifyReceipt(receipt, { tenant: TENANT, publicKey: KEY.publicKey })).toMatchObject({ ok: true });
      expect(receipt.proof.length).toBeLessThan(13);
      expect(
        verifyReceipt({ ...receipt, entry: receipt.entry.replace('info', 'warn') }, { tenant: TENANT, publicKey: KEY.publicKey }).ok,
      ).toBe(false);
      expect(verifyReceipt({ ...receipt, index: receipt.index + 1 }, { tenant: TENANT, publicKey: KEY.publicKey }).ok).toBe(false);
      expect(verifyReceipt(receipt, { tenant: TENANT, publicKey: OTHER_KEY.publicKey })).toEqual({ ok: false, reason: 'other_key' });
      expect(verifyReceipt(receipt, { tenant: 'other', publicKey: KEY.publicKey })).toEqual({ ok: false, reason: 'other_origin' });
    }
    expect(await log.receipt('nobody')).toBeUndefined();
  });

  it('signs an unsigned entry before it proves it, once started', async () => {
    const { store, log } = memoryLog();
    await store.apply(stepsOf(log, 0, 3));
    await expect(log.receipt(eventOf(1).id)).rejects.toMatchObject({ code: 'NOT_STARTED' });
    await log.start();
    const receipt = await log.receipt(eventOf(1).id);
    expect(receipt && verifyReceipt(receipt, { tenant: TENANT, publicKey: KEY.publicKey })).toMatchObject({ ok: true, size: 3 });
    await log.stop();
  });
});
