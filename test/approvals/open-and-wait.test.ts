import { describe, expect, it } from 'vitest';
import { createMemoryApprovalProvider, MAX_OPEN, signApproval } from '../../src/approvals/index.ts';
import type { ApprovalRequest } from '../../src/core/index.ts';
import { CastellanError, readDoc, sha256Hex } from '../../src/core/index.ts';
import { createBench, person } from './bench.ts';

const ann = person('ann');
const ben = person('ben');

describe('opening', () => {
  it('asks once for one thing, and again when it became another', async () => {
    const bench = await createBench();
    const request = bench.request({ requestId: 'same' });
    await bench.approvals.open(request);
    const repeat = await bench.approvals.open({ ...bench.request({ requestId: 'same' }), actionDigest: request.actionDigest });
    expect(repeat.request.id).toBe(request.id);
    const changed = bench.request({ requestId: 'same' });
    expect((await bench.approvals.open(changed)).request.id).toBe(changed.id);
    expect((await bench.approvals.get(request.id))?.state).toBe('expired');
    expect(await bench.approvals.list({ agent: 'a1', state: 'pending' })).toHaveLength(1);
    await expect(bench.approvals.open({ ...changed, requestId: 'third' })).rejects.toMatchObject({ code: 'APPROVAL_INVALID' });
  });

  it('keeps an approved request open until it is used', async () => {
    const bench = await createBench();
    const request = bench.request({ requestId: 'same' });
    await bench.approvals.open(request);
    await bench.approvals.answer(signApproval(ann, request, 'approve'));
    const repeat = await bench.approvals.open({ ...bench.request({ requestId: 'same' }), actionDigest: request.actionDigest });
    expect([repeat.request.id, repeat.state]).toEqual([request.id, 'approved']);
  });

  it('holds at most 100 open requests of an agent: the oldest gives way', async () => {
    const bench = await createBench();
    const requests: ApprovalRequest[] = [];
    for (let index = 0; index < MAX_OPEN + 3; index += 1) {
      requests.push(bench.request());
      await bench.approvals.open(requests[index] as ApprovalRequest);
      bench.clock.advance(1);
    }
    const pending = await bench.approvals.list({ agent: 'a1', state: 'pending' });
    expect(pending).toHaveLength(MAX_OPEN);
    for (const request of requests.slice(0, 3)) expect((await bench.approvals.get(request.id))?.state).toBe('expired');
    await bench.approvals.open(bench.request({ agent: 'a2' }));
    expect(await bench.approvals.list({ state: 'pending' })).toHaveLength(MAX_OPEN + 1);
  });

  it('opens them all where many open at once', async () => {
    const bench = await createBench();
    const opened = await Promise.all(Array.from({ length: 12 }, () => bench.approvals.open(bench.request())));
    expect(opened.every((record) => record.state === 'pending')).toBe(true);
    expect((await readDoc(bench.store, 'approval-open/a1'))?.value).toEqual({ ids: opened.map((record) => record.request.id) });
  });

  it.each([
    ['v', 2],
    ['id', 'a/b'],
    ['tenant', 'other'],
    ['agent', 'a b'],
    ['requestId', 'r/1'],
    ['wallet', ''],
    ['actionDigest', 'x'],
    ['effectsDigest', sha256Hex('something else')],
    ['rendered', ''],
    ['satisfies', []],
    ['satisfies', 'approval_required'],
    ['policy', ''],
    ['registry', undefined],
    ['nonce', ''],
    ['createdAtMs', 1.5],
    ['expiresAtMs', 0],
    ['expiresAtMs', 9e15],
    ['hidden', 'x'],
  ])('does not open with %s = %j', async (field, value) => {
    const bench = await createBench();
    await expect(bench.approvals.open({ ...bench.request(), [field]: value } as never)).rejects.toMatchObject({ code: 'APPROVAL_INVALID' });
    expect(await bench.approvals.list()).toEqual([]);
  });
});

describe('waiting', () => {
  it('ends with the answer, in this process at once', async () => {
    const bench = await createBench();
    const request = bench.request();
    await bench.approvals.open(request);
    const waiting = bench.approvals.wait(request.id, 50_000);
    await bench.clock.advanceAsync(0);
    expect(bench.approvals.waiting()).toBe(1);
    await bench.approvals.answer(signApproval(ann, request, 'approve'));
    expect((await waiting).state).toBe('approved');
    expect([bench.approvals.waiting(), bench.clock.pending()]).toEqual([0, 0]);
  });

  it('ends with the answer of another process, found by looking', async () => {
    const bench = await createBench();
    const second = await bench.other();
    const request = bench.request();
    await bench.approvals.open(request);
    const waiting = bench.approvals.wait(request.id, 50_000);
    await bench.clock.advanceAsync(0);
    await second.approvals.answer(signApproval(ann, request, 'reject'));
    await bench.clock.advanceAsync(250);
    expect((await waiting).state).toBe('rejected');
    expect(bench.clock.pending()).toBe(0);
  });

  it('ends pending at its own deadline, expired at that of the request', async () => {
    const bench = await createBench();
    const request = bench.request();
    await bench.approvals.open(request);
    const short = bench.approvals.wait(request.id, 1_000);
    const long = bench.approvals.wait(request.id, 1e12);
    for (let step = 0; step < 4; step += 1) await bench.clock.advanceAsync(250);
    expect((await short).state).toBe('pending');
    expect(bench.approvals.waiting()).toBe(1);
    await bench.clock.advanceAsync(59_000);
    expect((await long).state).toBe('expired');
    expect([bench.approvals.waiting(), bench.clock.pending()]).toEqual([0, 0]);
    expect((await bench.approvals.wait(request.id, 5_000)).state).toBe('expired');
    await expect(bench.approvals.wait('nothing', 5)).rejects.toMatchObject({ code: 'APPROVAL_UNKNOWN' });
  });

  it('answers at once for no time, or none that is a number', async () => {
    const bench = await createBench();
    const request = bench.request();
    await bench.approvals.open(request);
    for (const timeoutMs of [0, -1, Number.NaN]) expect((await bench.approvals.wait(request.id, timeoutMs)).state).toBe('pending');
  });

  it('leaves no timer behind where the store fails meanwhile', async () => {
    const bench = await createBench();
    const request = bench.request();
    await bench.approvals.open(request);
    const waiting = bench.approvals.wait(request.id, 1_000);
    await bench.clock.advanceAsync(0);
    await bench.store.close();
    const outcome = waiting.catch((error: unknown) => error);
    for (let step = 0; step < 5; step += 1) await bench.clock.advanceAsync(250);
    expect(await outcome).toBeInstanceOf(CastellanError);
    expect([bench.approvals.waiting(), bench.clock.pending()]).toEqual([0, 0]);
  });
});

describe('memory provider', () => {
  it('answers with the keys of people until it is decided', async () => {
    const asked: string[] = [];
    const provider = createMemoryApprovalProvider({
      keys: [ann, ben],
      decide: (request, approver) => {
        asked.push(`${approver}: ${request.rendered.split('\n')[0]}`);
        return 'approve';
      },
    });
    const bench = await createBench({ providers: [provider], quorums: { approver: 2 } });
    const request = bench.request();
    await bench.approvals.open(request);
    await bench.clock.advanceAsync(0);
    expect((await bench.approvals.get(request.id))?.state).toBe('approved');
    expect(asked).toEqual(['ann: This transaction:', 'ben: This transaction:']);
  });

  it.each([
    ['says nothing', () => undefined],
    ['says anything else', () => 'yes' as 'approve'],
    [
      'throws',
      () => {
        throw new Error('down');
      },
    ],
    ['rejects', () => Promise.reject(new Error('down'))],
    ['never answers', () => new Promise<'approve'>(() => {})],
  ])('approves nothing where it %s', async (_name, decide) => {
    const bench = await createBench({ providers: [createMemoryApprovalProvider({ keys: [ann], decide })] });
    const request = bench.request();
    expect((await bench.approvals.open(request)).state).toBe('pending');
    await bench.clock.advanceAsync(0);
    expect((await bench.approvals.get(request.id))?.state).toBe('pending');
  });
});
