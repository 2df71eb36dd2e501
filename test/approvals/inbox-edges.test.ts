import { describe, expect, it } from 'vitest';
import { createMemoryStore } from '../../src/adapters/store/memory/index.ts';
import { createEd25519Verifier, createMemoryApprovalProvider, signApproval } from '../../src/approvals/index.ts';
import { type ApprovalRequest, approvalDigest, type Command, fromHex, type Store, toHex } from '../../src/core/index.ts';
import { createBench, person, registered } from './bench.ts';

const [ann, ben] = [person('ann'), person('ben')];

/** A bench whose commands are seen. */
async function seen(options: Parameters<typeof createBench>[0] = {}) {
  const commands: Command[] = [];
  const bench = await createBench({
    ...options,
    store: (clock): Store => {
      const store = createMemoryStore({ clock });
      return {
        ...store,
        apply: (steps) => {
          commands.push(...steps.flatMap((step) => step.commands));
          return store.apply(steps);
        },
      };
    },
  });
  return { bench, commands, notes: () => commands.flatMap((command) => (command.kind === 'outcome.note' ? [command.outcome] : [])) };
}

describe('an inbox', () => {
  it('writes nothing where there is nothing to change', async () => {
    const { bench, commands } = await seen();
    const request = bench.request();
    await bench.approvals.open(request);
    commands.length = 0;
    expect((await bench.approvals.wait(request.id, 0)).state).toBe('pending');
    expect(await bench.approvals.expire()).toBe(0);
    await bench.approvals.answer(signApproval(ann, request, 'approve'));
    const written = commands.length;
    expect((await bench.approvals.answer(signApproval(ann, request, 'approve'))).answers).toHaveLength(1);
    expect(commands).toHaveLength(written);
  });

  it('leaves what is closed as it is, refused by whomever', async () => {
    const { bench, notes } = await seen();
    const [late, used] = [bench.request(), bench.request({ expiresAtMs: bench.clock.nowMs() + 120_000 })] as const;
    for (const request of [late, used]) await bench.approvals.open(request);
    await bench.approvals.answer(signApproval(ann, used, 'approve'));
    const { id, requestId: _, ...binding } = used;
    const use = await bench.approvals.use(id, { ...binding, requestId: used.requestId });
    if (use.ok) expect(await bench.apply(...use.consume)).toMatchObject({ ok: true });
    expect(use.ok).toBe(true);
    expect((await bench.approvals.reject(id, 'cli')).state).toBe('used');
    for (const verdict of ['approve', 'reject'] as const)
      await expect(bench.approvals.answer(signApproval(ben, used, verdict))).rejects.toMatchObject({ details: { why: 'closed' } });
    expect((await bench.approvals.get(id))?.state).toBe('used');
    bench.clock.advance(60_000);
    expect((await bench.approvals.reject(late.id, 'cli')).state).toBe('expired');
    const tooLate = bench.approvals.answer(signApproval(ben, late, 'reject'));
    await expect(tooLate).rejects.toMatchObject({ details: { reason: 'approval_expired', why: 'closed' } });
    expect((await bench.approvals.get(late.id))?.state).toBe('expired');
    expect(notes()).toEqual(['approval_timeout']);
  });

  it('notes that nobody said yes where nobody did', async () => {
    const { bench, notes } = await seen();
    const [answered, silent] = [bench.request(), bench.request()] as const;
    for (const request of [answered, silent]) await bench.approvals.open(request);
    await bench.approvals.answer(signApproval(ann, answered, 'approve'));
    bench.clock.advance(60_000);
    expect(await bench.approvals.expire()).toBe(2);
    expect(notes()).toEqual(['approval_timeout']);
  });

  it('says why an answer does not count', async () => {
    const { bench } = await seen();
    const request = bench.request();
    await bench.approvals.open(request);
    const forged = { ...signApproval(ann, request, 'approve'), approver: 'ben' };
    await expect(bench.approvals.answer(forged)).rejects.toMatchObject({
      code: 'APPROVAL_INVALID',
      details: { reason: 'approval_invalid', why: expect.any(String) },
    });
    await bench.authority.change({ keys: [registered(ann, 'approver')] });
    await expect(bench.approvals.answer(signApproval(ann, request, 'approve'))).rejects.toMatchObject({
      details: { reason: 'approval_invalid', why: 'registry_changed' },
    });
  });

  it('tells people once, and lists by agent and by state', async () => {
    const told: string[] = [];
    const provider = { name: 'people', notify: ({ id }: ApprovalRequest) => void told.push(id) };
    const { bench } = await seen({ providers: [provider] });
    const [first, second] = [bench.request(), bench.request({ agent: 'a2' })] as const;
    for (const request of [second, first, first, second]) await bench.approvals.open(request);
    await new Promise((resolve) => setImmediate(resolve));
    expect([...told].sort()).toEqual([first.id, second.id]);
    await bench.approvals.reject(first.id, 'cli');
    const idsOf = async (filter?: Parameters<typeof bench.approvals.list>[0]) =>
      (await bench.approvals.list(filter)).map(({ request }) => request.id);
    expect(await idsOf()).toEqual([first.id, second.id]);
    expect(await idsOf({ state: 'rejected' })).toEqual([first.id]);
    expect(await idsOf({ state: 'pending' })).toEqual([second.id]);
    expect(await idsOf({ agent: 'a2' })).toEqual([second.id]);
    expect(await idsOf({ agent: 'a2', state: 'rejected' })).toEqual([]);
  });
});

describe('a person’s key in this process', () => {
  it('answers what it is told to, until the request is closed, and keeps silent otherwise', async () => {
    const asked: string[] = [];
    const run = async (decide: (approver: string) => unknown, quorum = 1) => {
      asked.length = 0;
      const provider = createMemoryApprovalProvider({
        keys: [ann, ben],
        decide: (_, approver) => {
          asked.push(approver);
          return decide(approver) as never;
        },
      });
      expect(provider.name).toBe('memory');
      const { bench } = await seen({ providers: [provider], quorums: { approver: quorum } });
      const request = bench.request();
      await bench.approvals.open(request);
      for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve));
      const record = await bench.approvals.get(request.id);
      return [record?.state, record?.answers.map(({ approver, verdict }) => `${approver} ${verdict}`), [...asked]];
    };
    expect(await run(() => 'approve')).toEqual(['approved', ['ann approve'], ['ann']]);
    expect(await run(() => 'approve', 2)).toEqual(['approved', ['ann approve', 'ben approve'], ['ann', 'ben']]);
    expect(await run(() => 'reject')).toEqual(['rejected', ['ann reject'], ['ann']]);
    for (const silence of [undefined, null, '', 'maybe', true])
      expect(await run((approver) => (approver === 'ann' ? silence : 'reject'))).toEqual(['rejected', ['ben reject'], ['ann', 'ben']]);
  });

  it('verifies under a key of 64 hex digits alone', async () => {
    const { bench } = await seen();
    const request = bench.request();
    const verifier = createEd25519Verifier();
    const digest = fromHex(approvalDigest(request, 'approve'));
    const signature = fromHex(signApproval(ann, request, 'approve').signature);
    const key = toHex(ann.publicKey);
    expect(verifier.verify(key, digest, signature, request, 'approve')).toBe(true);
    expect(verifier.verify(key, digest, signature, request, 'reject')).toBe(false);
    for (const odd of [`00${key}`, `${key}00`, key.toUpperCase(), key.slice(2), ''])
      expect(verifier.verify(odd, digest, signature, request, 'approve'), odd).toBe(false);
  });
});
