import { describe, expect, it } from 'vitest';
import { createApprovals, signApproval } from '../../src/approvals/index.ts';
import { type ApprovalRequest, applyStep, type Command, type Step, type Store } from '../../src/core/index.ts';
import { createSeededRandom } from '../../src/testing/seeded-random.ts';
import { type Bench, createBench, person, registered, toLogCommand, verifiers } from './bench.ts';

const [ann, ben] = [person('ann'), person('ben')];
const told = async (bench: Bench) =>
  (await bench.store.log(0))
    .map((row) => JSON.parse(row.entry))
    .filter((event) => event.type.startsWith('approval_'))
    .map(({ v, tenant, at, agent, severity, type, details }) => ({ v, tenant, at, agent, severity, type, details }));
const bindingOf = ({ agent, requestId, actionDigest, effectsDigest, policy, registry }: ApprovalRequest) => ({
  ...{ agent, requestId, actionDigest, effectsDigest, policy, registry },
});

/** An inbox over the store of a bench whose steps are seen before they are applied. */
function watched(bench: Bench, before: (step: Step) => Promise<void> | void = () => {}) {
  const commands: Command[] = [];
  const store: Store = {
    ...bench.store,
    apply: async (steps) => {
      for (const step of steps) {
        commands.push(...step.commands);
        await before(step);
      }
      return await bench.store.apply(steps);
    },
  };
  const { authority, clock } = bench;
  const random = createSeededRandom('watched');
  const approvals = createApprovals({ store, authority, verifiers, clock, random, tenant: 'test', command: toLogCommand });
  const notes = () => commands.filter(({ kind }) => kind === 'outcome.note');
  return { approvals, notes, commands };
}

describe('the log of an approval', () => {
  it('tells what was asked, of whom, and how it was answered', async () => {
    const bench = await createBench({ keys: [registered(ann, 'approver'), registered(ben, 'approver')], quorums: { approver: 2 } });
    const request = bench.request({ rules: ['big'] });
    const at = bench.clock.nowMs();
    await bench.approvals.open(request);
    await bench.approvals.answer(signApproval(ann, request, 'approve'));
    await bench.approvals.answer(signApproval(ben, request, 'approve'));
    const { id, requestId, decisionId, expiresAtMs, effectsDigest, satisfies } = request;
    const event = { v: 1, tenant: 'test', at, agent: 'a1', severity: 'info' };
    const details = { approvalId: id, requestId, decisionId };
    expect(await told(bench)).toEqual([
      {
        ...event,
        type: 'approval_requested',
        details: { ...details, state: 'pending', satisfies, rules: ['big'], expiresAtMs, effectsDigest },
      },
      {
        ...event,
        type: 'approval_decision',
        details: { ...details, state: 'pending', approver: 'ann', verdict: 'approve', have: 1, need: 2 },
      },
      {
        ...event,
        type: 'approval_decision',
        details: { ...details, state: 'approved', approver: 'ben', verdict: 'approve', have: 2, need: 2 },
      },
    ]);
  });

  it('tells of a refusal, signed or not, and of a time that ran out, as a warning', async () => {
    const bench = await createBench();
    const [signed, unsigned, late] = [bench.request(), bench.request(), bench.request({ expiresAtMs: bench.clock.nowMs() + 5 })] as const;
    for (const request of [signed, unsigned, late]) await bench.approvals.open(request);
    await bench.approvals.answer(signApproval(ann, signed, 'reject'));
    const record = await bench.approvals.reject(unsigned.id, `${'x'.repeat(64)}y`);
    expect(record).toMatchObject({ state: 'rejected', answeredAtMs: bench.clock.nowMs(), answer: null });
    bench.clock.advance(5);
    expect(await bench.approvals.expire()).toBe(1);
    const events = (await told(bench)).filter(({ type }) => type === 'approval_decision');
    expect(events.map(({ severity }) => severity)).toEqual(['warning', 'warning', 'warning']);
    expect(events.map(({ details: { approvalId, requestId, decisionId, ...facts } }) => facts)).toEqual([
      { state: 'rejected', approver: 'ann', verdict: 'reject' },
      { state: 'rejected', by: 'x'.repeat(64), verdict: 'reject' },
      { state: 'expired', timeout: true },
    ]);
    expect('rules' in ((await told(bench))[0]?.details ?? {})).toBe(false);
  });

  it('tells of what gave way to another, and of what timed out meanwhile, which is not the same', async () => {
    const bench = await createBench();
    const first = bench.request({ requestId: 'same' });
    const old = bench.request({ expiresAtMs: bench.clock.nowMs() + 5 });
    await bench.approvals.open(first);
    await bench.approvals.open(old);
    bench.clock.advance(5);
    await bench.approvals.open(bench.request({ requestId: 'same' }));
    const closed = (await told(bench)).filter(({ details }) => details.state === 'expired');
    expect(closed.map(({ details }) => [details.approvalId, details.timeout])).toEqual([
      [first.id, false],
      [old.id, true],
    ]);
    expect((await bench.approvals.get(old.id))?.state).toBe('expired');
    expect(await bench.approvals.expire()).toBe(0);
  });
});

describe('the agent’s history', () => {
  it('has a refusal once, and a time that ran out where nobody had said yes', async () => {
    const bench = await createBench();
    const { approvals, notes } = watched(bench);
    const requests = [0, 1, 2, 3].map(() => bench.request({ expiresAtMs: bench.clock.nowMs() + 1_000 }));
    const [refused, taken, late, answered] = requests as [ApprovalRequest, ApprovalRequest, ApprovalRequest, ApprovalRequest];
    for (const request of requests) await approvals.open(request);
    await approvals.answer(signApproval(ann, refused, 'reject'));
    await expect(approvals.answer(signApproval(ben, refused, 'reject'))).rejects.toMatchObject({
      details: { reason: 'approval_rejected', why: 'closed' },
    });
    await approvals.reject(taken.id, 'cli');
    await approvals.reject(taken.id, 'cli');
    await approvals.answer(signApproval(ann, answered, 'approve'));
    expect(notes()).toEqual([
      { kind: 'outcome.note', agent: 'a1', outcome: 'failed' },
      { kind: 'outcome.note', agent: 'a1', outcome: 'failed' },
    ]);
    bench.clock.advance(1_000);
    expect(await approvals.expire()).toBe(2);
    expect(notes().slice(2)).toEqual([{ kind: 'outcome.note', agent: 'a1', outcome: 'approval_timeout' }]);
    expect((await approvals.get(late.id))?.state).toBe('expired');
  });

  it('has one note of all that nobody answered, where an opening closes them', async () => {
    const bench = await createBench();
    const { approvals, notes } = watched(bench);
    const soon = () => bench.request({ expiresAtMs: bench.clock.nowMs() + 1_000 });
    const [one, two, yes] = [soon(), soon(), soon()] as const;
    for (const request of [one, two, yes]) await approvals.open(request);
    await approvals.answer(signApproval(ann, yes, 'approve'));
    expect(notes()).toEqual([]);
    bench.clock.advance(1_000);
    await approvals.open(bench.request());
    expect(notes()).toEqual([{ kind: 'outcome.note', agent: 'a1', outcome: 'approval_timeout', count: 2 }]);
  });
});

describe('a full queue', () => {
  it('lets the oldest go that nobody spoke about, and keeps what somebody did', async () => {
    const bench = await createBench({ keys: [registered(ann, 'approver'), registered(ben, 'approver')], quorums: { approver: 2 } });
    const spoken = bench.request();
    await bench.approvals.open(spoken);
    await bench.approvals.answer(signApproval(ann, spoken, 'approve'));
    const others: ApprovalRequest[] = [];
    for (let count = 0; count < 100; count += 1) {
      bench.clock.advance(1);
      others.push(bench.request());
      await bench.approvals.open(others[count] as ApprovalRequest);
    }
    const open = await bench.approvals.list({ state: 'pending' });
    expect(open).toHaveLength(100);
    expect(open.map(({ request }) => request.id)).toEqual(open.map(({ request }) => request.id).sort());
    expect((await bench.approvals.get(spoken.id))?.state).toBe('pending');
    expect((await bench.approvals.get(others[0]?.id as string))?.state).toBe('expired');
    expect((await bench.approvals.get(others[1]?.id as string))?.state).toBe('pending');
  });
});

describe('looking', () => {
  it('finds nothing by what is no id, and lists by agent and state', async () => {
    const bench = await createBench();
    for (const odd of ['', 'nothing', 'x'.repeat(129), 7 as never, undefined as never]) {
      expect(await bench.approvals.get(odd)).toBeUndefined();
      expect(await bench.approvals.use(odd, bindingOf(bench.request()))).toEqual({ ok: false, reason: 'approval_invalid' });
    }
    await expect(bench.approvals.reject('y'.repeat(200), 'cli')).rejects.toMatchObject({
      code: 'APPROVAL_UNKNOWN',
      details: { id: 'y'.repeat(128) },
    });
    const [mine, other, refused] = [bench.request(), bench.request({ agent: 'a2' }), bench.request()] as const;
    for (const request of [mine, other, refused]) await bench.approvals.open(request);
    await bench.approvals.reject(refused.id, 'cli');
    const ids = async (filter?: Parameters<typeof bench.approvals.list>[0]) =>
      (await bench.approvals.list(filter)).map(({ request }) => request.id);
    expect(await ids()).toEqual([mine.id, other.id, refused.id]);
    expect(await ids({ agent: 'a1' })).toEqual([mine.id, refused.id]);
    expect(await ids({ agent: 'a1', state: 'pending' })).toEqual([mine.id]);
    expect(await ids({ state: 'rejected' })).toEqual([refused.id]);
    expect(await ids({ state: 'approved' })).toEqual([]);
    bench.clock.advance(60_000);
    expect(await ids({ state: 'expired' })).toEqual([mine.id, other.id]);
    expect(await ids({ state: 'pending' })).toEqual([]);
  });
});

describe('others who write at the same time', () => {
  it('are waited for sixteen times, and then nobody knows', async () => {
    const bench = await createBench();
    const request = bench.request();
    await bench.approvals.open(request);
    let left = 15;
    const lose = async (): Promise<void> => {
      if (left <= 0) return;
      left -= 1;
      const record = await bench.approvals.get(request.id);
      await applyStep(bench.store, { commands: [{ kind: 'doc.put', key: `approval/${request.id}`, value: record as never }] });
    };
    expect((await watched(bench, lose).approvals.answer(signApproval(ann, request, 'approve'))).state).toBe('approved');
    const again = bench.request();
    await bench.approvals.open(again);
    const always = async (): Promise<void> => {
      const record = await bench.approvals.get(again.id);
      await applyStep(bench.store, { commands: [{ kind: 'doc.put', key: `approval/${again.id}`, value: record as never }] });
    };
    await expect(watched(bench, always).approvals.answer(signApproval(ann, again, 'approve'))).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
      retryable: true,
    });
  });

  it('may use up an id: the same one is not asked twice', async () => {
    const bench = await createBench();
    const request = bench.request();
    await bench.approvals.open(request);
    await expect(bench.approvals.open({ ...bench.request(), id: request.id })).rejects.toMatchObject({
      code: 'APPROVAL_INVALID',
      details: { id: request.id, reason: 'approval_invalid' },
    });
  });
});
