import { describe, expect, it } from 'vitest';
import { archiveDigest, type PruneOptions, pruneFacts } from '../../src/audit/index.ts';
import { CastellanError, type Json, type RequestState, type Store, storeKey } from '../../src/core/index.ts';
import { eventOf } from './fixture.ts';
import { decisionEvent, loggerOver } from './logger-fixture.ts';
import { archiveOf, DAY_MS, logOf, textsOf, UNOWNED, whyNot } from './prune-fixture.ts';

describe('pruning is refused', () => {
  it('for an archive that is not exactly the oldest entries up to a checkpoint', async () => {
    const scene = await logOf(60);
    const { text } = await archiveOf(scene);
    const lines = text.trimEnd().split('\n');
    const joined = (changed: readonly string[]): PruneOptions => ({ archive: [`${changed.join('\n')}\n`] });
    const other = await archiveOf(await logOf(60, (n, at) => eventOf(n, { at: at + 1 })));
    for (const options of [
      joined(lines.slice(1)),
      joined(lines.slice(0, -1)),
      joined(lines.slice(0, 15)),
      joined([...lines, lines[0] ?? '']),
      joined(lines.with(3, (lines[3] ?? '').replace('"amount":"3"', '"amount":"4"'))),
      joined(lines.with(3, lines[4] ?? '').with(4, lines[3] ?? '')),
      joined(lines.with(3, '')),
      joined(lines.with(3, '\ud800')),
      joined(Array.from({ length: 5_000 }, () => lines[0] ?? '')),
      joined(['{"v":1,"type":"decision_made","type":"decision_made"', ...lines]),
      { archive: [] },
      { archive: [''] },
      { archive: [Uint8Array.of(0xff, 0xfe)] },
      { archive: [text], encoding: 'gzip' } as const,
      { archive: [other.text] },
    ])
      expect(await whyNot(scene.audit.prune(options))).toBe('REQUEST_INVALID archive_unproven');
    expect(await whyNot(scene.audit.prune(null as never))).toMatch(/^REQUEST_INVALID/);
    expect((await textsOf(scene.store)).every(Boolean)).toBe(true);
    expect(await scene.store.get([storeKey.pruned()])).toEqual([undefined]);
    expect((await scene.audit.prune({ archive: [text] })).dropped).toBe(lines.length);
  });

  it('for what has to be kept, whoever archived it', async () => {
    const scene = await logOf(60);
    const { text } = await archiveOf(scene);
    for (const retentionDays of [undefined, 40, 59]) {
      const longer = loggerOver(scene, { ...UNOWNED, retentionDays });
      expect(await whyNot(longer.prune({ archive: [text] }))).toBe('REQUEST_DENIED retained');
    }
    const ahead = loggerOver({ ...scene, clock: { ...scene.clock, nowMs: () => scene.clock.nowMs() + 999 * DAY_MS } }, UNOWNED);
    const whole = (await scene.store.log(0)).map(({ entry }) => `${entry}\n`);
    expect(await whyNot(ahead.prune({ archive: whole }))).toBe('REQUEST_DENIED retained');
    expect((await textsOf(scene.store)).every(Boolean)).toBe(true);
  });

  it('while a request still stands on one of the decisions', async () => {
    const scene = await logOf(60, (n, atMs) => decisionEvent(n, { atMs }));
    const { text } = await archiveOf(scene);
    const states: readonly (readonly [RequestState, Json, boolean])[] = [
      ['redeemed', {}, false],
      ['signed', {}, false],
      ['broadcast', {}, false],
      ['held', { dueMs: scene.clock.nowMs() + 1 }, false],
      // The decision of day 0 is sixty days old: nobody can be asked about it any more.
      ['escalated', {}, true],
      ['held', { dueMs: scene.clock.nowMs() - 1 }, true],
      ['denied', {}, true],
      ['final', {}, true],
      ['released', {}, true],
    ];
    const withRow = (row: Json): Store => ({
      ...scene.store,
      get: async (keys) => {
        const found = await scene.store.get(keys);
        return keys.map((key, n) => (key === storeKey.request('a1', 'r7') ? row : found[n]));
      },
    });
    const askOf = (row: Json, retentionDays = 59) =>
      whyNot(loggerOver({ ...scene, store: withRow(row) }, { ...UNOWNED, retentionDays: retentionDays - 29 }).prune({ archive: [text] }));
    const id = decisionEvent(7).id;
    for (const [state, more, isOver] of states) {
      const row = { state, decisionId: id, dueMs: 0, ...(more as object) } as Json;
      if (isOver) continue;
      expect(await askOf(row), state).toBe('REQUEST_DENIED in_use');
    }
    expect((await textsOf(scene.store)).every(Boolean)).toBe(true);
    // The same request stands on a later decision by now.
    for (const [state, more, isOver] of states) {
      const fresh = await logOf(60, (n, atMs) => decisionEvent(n, { atMs }));
      const row = { state, decisionId: isOver ? id : 'another', dueMs: 0, ...(more as object) } as Json;
      const get: Store['get'] = async (keys) =>
        (await fresh.store.get(keys)).map((found, n) => (keys[n] === storeKey.request('a1', 'r7') ? row : found));
      expect(
        await whyNot(loggerOver({ ...fresh, store: { ...fresh.store, get } }, UNOWNED).prune({ archive: [(await archiveOf(fresh)).text] })),
      ).toBe('undefined');
    }
  });

  it('while a person may still be asked', async () => {
    const scene = await logOf(34, (n, atMs) => decisionEvent(n, { atMs, verdict: 'escalated' }));
    const audit = loggerOver(scene, { ...UNOWNED, retentionDays: 1 });
    const { text, plan } = await archiveOf({ audit });
    const last = decisionEvent(plan.expiredEntries - 1).id;
    const row = { state: 'escalated', decisionId: last, dueMs: 0 } as Json;
    const get: Store['get'] = async (keys) =>
      (await scene.store.get(keys)).map((found, n) => (keys[n] === storeKey.request('a1', `r${plan.expiredEntries - 1}`) ? row : found));
    const asking = loggerOver({ ...scene, store: { ...scene.store, get } }, { ...UNOWNED, retentionDays: 1 });
    await expect(asking.prune({ archive: [text] })).rejects.toMatchObject({
      code: 'REQUEST_DENIED',
      details: { reason: 'in_use', index: plan.expiredEntries - 1, requestId: `r${plan.expiredEntries - 1}`, agent: 'a1' },
    });
  });

  it('without the owners’ word, which names how far and which archive', async () => {
    const scene = await logOf(60);
    const { text, plan } = await archiveOf(scene);
    const nobody = loggerOver(scene, { retentionDays: 30 });
    expect(await whyNot(nobody.prune({ archive: [text] }))).toBe('AUTHORITY_REQUIRED');
    const asked: unknown[] = [];
    const owned = loggerOver(scene, {
      retentionDays: 30,
      authority: {
        async require(action, facts, authorization) {
          asked.push([action, facts]);
          if (authorization === undefined) throw new CastellanError('AUTHORITY_REQUIRED', { message: 'Owners have to sign.' });
        },
      },
    });
    expect(await whyNot(owned.prune({ archive: [text] }))).toBe('AUTHORITY_REQUIRED');
    expect((await textsOf(scene.store)).every(Boolean)).toBe(true);
    const facts = pruneFacts({ before: plan.expiredEntries, archive: await archiveDigest([text]) });
    expect(asked).toEqual([['log.prune', facts]]);
    const authorization = { signatures: [], nonce: 'n', expiresAtMs: 1 };
    expect((await owned.prune({ archive: [text], authorization })).before).toBe(plan.expiredEntries);
    // Nobody is asked for what was refused before, or is done.
    expect(await whyNot(owned.prune({ archive: ['x'] }))).toBe('REQUEST_INVALID archive_unproven');
    expect((await owned.prune({ archive: [text] })).dropped).toBe(0);
    expect(asked.length).toBe(2);
  });
});
