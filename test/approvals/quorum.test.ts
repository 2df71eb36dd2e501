import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { systemClock, systemRandom } from '../../src/adapters/host/index.ts';
import { createSqliteStore } from '../../src/adapters/store/sqlite/index.ts';
import { createApprovals, createAuthority, signApproval } from '../../src/approvals/index.ts';
import { applyStep } from '../../src/core/index.ts';
import { rounds } from '../authz/rounds.ts';
import { createBench, person, registered, toLogCommand, verifiers } from './bench.ts';

const approvers = ['ann', 'ben', 'dee'].map(person);
const strangers = ['mallory', 'cem'].map(person);
const everyone = [...approvers, ...strangers];

describe('quorum, against a model', () => {
  it('approves exactly where enough distinct approvers said yes and none said no', async () => {
    const act = fc.record({
      who: fc.nat({ max: 4 }),
      verdict: fc.constantFrom('approve', 'approve', 'approve', 'reject'),
      forged: fc.constantFrom(false, false, false, true),
    });
    // The first draws are the shortest: fewer would hardly approve anything.
    const runs = Math.max(40, rounds(80));
    let approvedAtAll = 0;
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 3 }), fc.array(act, { maxLength: 7 }), async (approver, acts) => {
        const bench = await createBench({
          keys: [...approvers.map((key) => registered(key, 'approver')), registered(strangers[1]!, 'operator')],
          quorums: { approver },
        });
        const request = bench.request();
        await bench.approvals.open(request);
        const yes = new Set<number>();
        let state = 'pending';
        for (const { who, verdict, forged } of acts) {
          const answer = signApproval(everyone[who]!, forged ? { ...request, nonce: 'forged' } : request, verdict as 'approve');
          await bench.approvals.answer(answer).catch(() => undefined);
          if (forged || who >= approvers.length) continue;
          if (verdict === 'reject' && state !== 'rejected') state = 'rejected';
          if (verdict === 'approve' && state === 'pending' && yes.add(who).size >= approver) state = 'approved';
        }
        expect((await bench.approvals.get(request.id))?.state).toBe(state);
        expect((await bench.approvals.use(request.id, request)).ok).toBe(state === 'approved');
        if (state === 'approved') approvedAtAll += 1;
      }),
      { numRuns: runs, seed: 11 },
    );
    expect(approvedAtAll).toBeGreaterThan(runs / 20);
  });
});

describe('two processes on one SQLite file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'castellan-approvals-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('see each other’s answers, and use an approval once between them', async () => {
    const [clock, random] = [systemClock(), systemRandom()];
    const open = async () => {
      const store = await createSqliteStore({ path: join(folder, 'store.db'), clock, random });
      const authority = await createAuthority({
        store,
        tenant: 'test',
        clock,
        random,
        verifiers,
        genesis: [registered(approvers[0]!, 'approver')],
        command: toLogCommand,
      });
      return {
        store,
        authority,
        approvals: createApprovals({ store, authority, verifiers, clock, random, tenant: 'test', command: toLogCommand }),
      };
    };
    const [one, two] = [await open(), await open()];
    expect(one.authority.digest()).toBe(two.authority.digest());
    const template = (await createBench()).request();
    const request = { ...template, registry: one.authority.digest(), createdAtMs: clock.nowMs(), expiresAtMs: clock.nowMs() + 30_000 };
    await one.approvals.open(request);
    const waiting = one.approvals.wait(request.id, 10_000);
    await two.approvals.answer(signApproval(approvers[0]!, request, 'approve'));
    expect((await waiting).state).toBe('approved');
    const uses = await Promise.all([one.approvals.use(request.id, request), two.approvals.use(request.id, request)]);
    const results = await Promise.all(
      [one, two].map(({ store }, index) => {
        const use = uses[index]!;
        return applyStep(store, { commands: use.ok ? use.consume : [] });
      }),
    );
    expect(uses.map((use) => use.ok)).toEqual([true, true]);
    expect(results.map((result) => result.ok).sort()).toEqual([false, true]);
    expect(await one.approvals.use(request.id, request)).toEqual({ ok: false, reason: 'approval_used' });
    await one.store.close();
    await two.store.close();
  });
});
