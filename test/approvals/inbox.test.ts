import { privateKeyToAccount } from 'viem/accounts';
import { describe, expect, it } from 'vitest';
import { approvalTypedData } from '../../src/adapters/evm/approval-verifier.ts';
import { signApproval } from '../../src/approvals/index.ts';
import type { AccountId, ApprovalAnswer, ApprovalRequest, RegisteredKey } from '../../src/core/index.ts';
import { type Bench, createBench, person, registered, WALLET } from './bench.ts';

const ann = person('ann');
const ben = person('ben');
const invalid = (why: string) => expect.objectContaining({ code: 'APPROVAL_INVALID', details: expect.objectContaining({ why }) });
const bindingOf = ({ agent, requestId, actionDigest, effectsDigest, policy, registry }: ApprovalRequest) => ({
  agent,
  requestId,
  actionDigest,
  effectsDigest,
  policy,
  registry,
});
const eventsOf = async (bench: Bench) =>
  (await bench.store.log(0)).map((row) => JSON.parse(row.entry)).filter((event) => event.type.startsWith('approval_'));

describe('answering', () => {
  it('takes the yes of a registered approver, once, and lets it be used once', async () => {
    const bench = await createBench();
    const request = bench.request();
    expect((await bench.approvals.open(request)).state).toBe('pending');
    const record = await bench.approvals.answer(signApproval(ann, request, 'approve'));
    expect(record).toMatchObject({ state: 'approved', answer: { approver: 'ann', verdict: 'approve' }, answeredAtMs: bench.clock.nowMs() });
    const use = await bench.approvals.use(request.id, bindingOf(request));
    if (!use.ok) throw new Error(use.reason);
    expect([[...use.codes], use.approvals, use.expiresAtMs]).toEqual([['approval_required'], [request.id], request.expiresAtMs]);
    expect(await bench.apply(...use.consume)).toMatchObject({ ok: true });
    expect(await bench.apply(...use.consume)).toMatchObject({ ok: false, reason: { code: 'version_conflict' } });
    expect(await bench.approvals.use(request.id, bindingOf(request))).toEqual({ ok: false, reason: 'approval_used' });
    expect((await eventsOf(bench)).map((event) => [event.type, event.details.state])).toEqual([
      ['approval_requested', 'pending'],
      ['approval_decision', 'approved'],
    ]);
  });

  it('takes an EVM key by EIP-712, and only its 65-byte low-s signature', async () => {
    const account = privateKeyToAccount(`0x${'42'.repeat(32)}`);
    const keys: RegisteredKey[] = [{ id: 'eve', scheme: 'eip712', key: account.address, roles: ['approver'] }];
    const bench = await createBench({ keys });
    const request = bench.request();
    await bench.approvals.open(request);
    const signature = (await account.signTypedData(approvalTypedData(request, 'approve'))).slice(2);
    const answer: ApprovalAnswer = { approvalId: request.id, verdict: 'approve', approver: 'eve', scheme: 'eip712', signature };
    const highS = (0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n - BigInt(`0x${signature.slice(64, 128)}`))
      .toString(16)
      .padStart(64, '0');
    const twin = `${signature.slice(0, 64)}${highS}${signature.endsWith('1b') ? '1c' : '1b'}`;
    const rejected = (await account.signTypedData(approvalTypedData(request, 'reject'))).slice(2);
    const otherRequest = (await account.signTypedData(approvalTypedData({ ...request, nonce: 'other' }, 'approve'))).slice(2);
    for (const wrong of [twin, rejected, otherRequest, `${signature}00`, signature.slice(2), '00'.repeat(65)]) {
      await expect(bench.approvals.answer({ ...answer, signature: wrong })).rejects.toEqual(invalid('signature_wrong'));
    }
    expect((await bench.approvals.answer(answer)).state).toBe('approved');
  });

  it('refuses strangers, other roles, other schemes, other persons’ and other requests’ signatures', async () => {
    const bench = await createBench();
    const request = bench.request();
    const second = bench.request();
    await bench.approvals.open(request);
    await bench.approvals.open(second);
    const good = signApproval(ann, request, 'approve');
    const cases: readonly (readonly [ApprovalAnswer, string])[] = [
      [signApproval(person('mallory'), request, 'approve'), 'approver_unknown'],
      [signApproval(person('cem'), request, 'approve'), 'approver_unknown'],
      [{ ...good, approver: 'ben' }, 'signature_wrong'],
      [{ ...good, scheme: 'eip712' }, 'scheme_mismatch'],
      [{ ...good, verdict: 'reject' }, 'signature_wrong'],
      [{ ...signApproval(ann, second, 'approve'), approvalId: request.id }, 'signature_wrong'],
      [signApproval(ann, { ...request, rendered: 'sends nothing' }, 'approve'), 'signature_wrong'],
      [signApproval(ann, { ...request, expiresAtMs: request.expiresAtMs + 1 }, 'approve'), 'signature_wrong'],
      [
        { ...good, signature: `${good.signature.slice(0, -1)}0` === good.signature ? '00' : `${good.signature.slice(0, -1)}0` },
        'signature_wrong',
      ],
      [{ ...good, signature: 'zz' }, 'signature_wrong'],
      [{ ...good, signature: '' }, 'malformed'],
      [{ ...good, verdict: 'yes' as 'approve' }, 'malformed'],
      [undefined as never, 'malformed'],
    ];
    for (const [answer, why] of cases) await expect(bench.approvals.answer(answer), why).rejects.toEqual(invalid(why));
    await expect(bench.approvals.answer({ ...good, approvalId: 'ap9' })).rejects.toMatchObject({ code: 'APPROVAL_UNKNOWN' });
    expect((await bench.approvals.get(request.id))?.state).toBe('pending');
    expect((await bench.approvals.answer(good)).state).toBe('approved');
  });

  it('does not let an agent approve for itself: by id, by wallet address, by a key of its wallets', async () => {
    const evm = privateKeyToAccount(`0x${'17'.repeat(32)}`);
    const wallet = `eip155:31337:${evm.address.toLowerCase()}` as AccountId;
    const tonKey = person('ton-key');
    const keys: RegisteredKey[] = [
      registered(person('a1'), 'approver'),
      { id: 'w', scheme: 'eip712', key: evm.address, roles: ['approver'] },
      registered(tonKey, 'approver'),
      registered(ann, 'approver'),
    ];
    const bench = await createBench({ keys });
    await bench.apply({ kind: 'doc.put', key: 'agent/a1', value: { wallets: [WALLET, wallet] } });
    await bench.apply({ kind: 'doc.put', key: `wallet/${WALLET}`, value: { keyId: 'k1' } });
    await bench.apply({ kind: 'doc.put', key: 'key/k1', value: { publicKey: Buffer.from(tonKey.publicKey).toString('hex') } });
    const request = bench.request();
    await bench.approvals.open(request);
    const byWallet: ApprovalAnswer = {
      approvalId: request.id,
      verdict: 'approve',
      approver: 'w',
      scheme: 'eip712',
      signature: (await evm.signTypedData(approvalTypedData(request, 'approve'))).slice(2),
    };
    for (const answer of [signApproval(person('a1'), request, 'approve'), byWallet, signApproval(tonKey, request, 'approve')]) {
      await expect(bench.approvals.answer(answer)).rejects.toEqual(invalid('approver_is_agent'));
    }
    const own = bench.request({ wallet });
    await bench.approvals.open(own);
    const bySame: ApprovalAnswer = {
      ...byWallet,
      approvalId: own.id,
      signature: (await evm.signTypedData(approvalTypedData(own, 'approve'))).slice(2),
    };
    await expect(bench.approvals.answer(bySame)).rejects.toEqual(invalid('approver_is_agent'));
    expect((await bench.approvals.answer(signApproval(ann, request, 'approve'))).state).toBe('approved');
  });

  it('closes on a refusal, signed or not, and a yes may be taken back until it is used', async () => {
    const bench = await createBench();
    const [first, second, third] = [bench.request(), bench.request(), bench.request()] as const;
    for (const request of [first, second, third]) await bench.approvals.open(request);
    expect((await bench.approvals.answer(signApproval(ann, first, 'reject'))).state).toBe('rejected');
    await expect(bench.approvals.answer(signApproval(ben, first, 'approve'))).rejects.toMatchObject({
      code: 'APPROVAL_INVALID',
      details: { reason: 'approval_rejected' },
    });
    expect(await bench.approvals.use(first.id, bindingOf(first))).toEqual({ ok: false, reason: 'approval_rejected' });
    await bench.approvals.answer(signApproval(ann, second, 'approve'));
    const use = await bench.approvals.use(second.id, bindingOf(second));
    expect((await bench.approvals.answer(signApproval(ben, second, 'reject'))).state).toBe('rejected');
    if (use.ok) expect(await bench.apply(...use.consume)).toMatchObject({ ok: false });
    expect((await bench.approvals.reject(third.id, 'cli')).state).toBe('rejected');
    await expect(bench.approvals.answer(signApproval(ann, third, 'approve'))).rejects.toMatchObject({
      details: { reason: 'approval_rejected' },
    });
    await expect(bench.approvals.reject('nothing', 'cli')).rejects.toMatchObject({ code: 'APPROVAL_UNKNOWN' });
  });

  it('refuses what comes too late, before and after the answer', async () => {
    const bench = await createBench();
    const [first, second] = [bench.request(), bench.request()] as const;
    await bench.approvals.open(first);
    await bench.approvals.open(second);
    await bench.approvals.answer(signApproval(ann, second, 'approve'));
    bench.clock.advance(60_000);
    await expect(bench.approvals.answer(signApproval(ann, first, 'approve'))).rejects.toMatchObject({
      details: { reason: 'approval_expired' },
    });
    expect((await bench.approvals.get(first.id))?.state).toBe('expired');
    expect(await bench.approvals.use(first.id, bindingOf(first))).toEqual({ ok: false, reason: 'approval_timeout' });
    expect(await bench.approvals.use(second.id, bindingOf(second))).toEqual({ ok: false, reason: 'approval_expired' });
    expect(await bench.approvals.expire()).toBe(1);
    expect(await bench.approvals.expire()).toBe(0);
    expect((await eventsOf(bench)).filter((event) => event.details.state === 'expired')).toHaveLength(2);
  });
});

describe('quorum', () => {
  it('needs m distinct keys of n', async () => {
    const bench = await createBench({ quorums: { approver: 2 } });
    const request = bench.request();
    await bench.approvals.open(request);
    expect((await bench.approvals.answer(signApproval(ann, request, 'approve'))).state).toBe('pending');
    expect((await bench.approvals.answer(signApproval(ann, request, 'approve'))).answers).toHaveLength(1);
    expect(await bench.approvals.use(request.id, bindingOf(request))).toEqual({ ok: false, reason: 'approval_pending' });
    expect((await bench.approvals.answer(signApproval(ben, request, 'approve'))).state).toBe('approved');
    expect((await bench.approvals.use(request.id, bindingOf(request))).ok).toBe(true);
  });

  it('counts both of two that answer in the same moment, in two processes', async () => {
    const bench = await createBench({ quorums: { approver: 2 } });
    const second = await bench.other();
    const request = bench.request();
    await bench.approvals.open(request);
    const both = await Promise.all([
      bench.approvals.answer(signApproval(ann, request, 'approve')),
      second.approvals.answer(signApproval(ben, request, 'approve')),
    ]);
    expect(both.map((record) => record.state).sort()).toEqual(['approved', 'pending']);
    expect((await bench.approvals.get(request.id))?.state).toBe('approved');
  });

  it('does not count an approver who was removed, nor anything once the registry changed', async () => {
    const bench = await createBench();
    const [first, second] = [bench.request(), bench.request()] as const;
    await bench.approvals.open(first);
    await bench.approvals.open(second);
    await bench.approvals.answer(signApproval(ann, first, 'approve'));
    await (await bench.other()).authority.change({ keys: [registered(ben, 'approver')] });
    expect(await bench.approvals.use(first.id, bindingOf(first))).toEqual({ ok: false, reason: 'approval_invalid' });
    expect(await bench.approvals.use(first.id, { ...bindingOf(first), registry: bench.authority.digest() })).toEqual({
      ok: false,
      reason: 'approval_invalid',
    });
    await expect(bench.approvals.answer(signApproval(ben, second, 'approve'))).rejects.toEqual(invalid('registry_changed'));
  });
});

describe('using', () => {
  it('is over once the registry changed, though the approver is still in it', async () => {
    const bench = await createBench();
    const request = bench.request();
    await bench.approvals.open(request);
    await bench.approvals.answer(signApproval(ann, request, 'approve'));
    expect((await bench.approvals.use(request.id, bindingOf(request))).ok).toBe(true);
    await bench.authority.change({ keys: [registered(ann, 'approver')] });
    expect(await bench.approvals.use(request.id, bindingOf(request))).toEqual({ ok: false, reason: 'approval_invalid' });
  });

  it('believes signatures, not rows', async () => {
    const bench = await createBench({ quorums: { approver: 2 } });
    const request = bench.request();
    await bench.approvals.open(request);
    const one = await bench.approvals.answer(signApproval(ann, request, 'approve'));
    const forged = [
      { ...one, state: 'approved' },
      { ...one, state: 'approved', answers: [] },
      { ...one, state: 'approved', answers: [one.answers[0], one.answers[0]] },
      { ...one, state: 'approved', answers: [one.answers[0], { ...one.answers[0], approver: 'ben' }] },
      { ...one, state: 'approved', answers: [one.answers[0], signApproval(person('cem'), request, 'approve')] },
      { ...one, state: 'approved', answers: [one.answers[0], signApproval(ben, request, 'reject')] },
    ];
    for (const value of forged) {
      await bench.apply({ kind: 'doc.put', key: `approval/${request.id}`, value: value as never });
      const use = await bench.approvals.use(request.id, bindingOf(request));
      expect(use.ok, JSON.stringify(value)).toBe(false);
    }
    const whole = { ...one, state: 'approved', answers: [one.answers[0], signApproval(ben, request, 'approve')] };
    await bench.apply({ kind: 'doc.put', key: `approval/${request.id}`, value: whole as never });
    expect((await bench.approvals.use(request.id, bindingOf(request))).ok).toBe(true);
    const taken = { ...whole, answers: [...whole.answers, signApproval(ben, request, 'reject')] };
    await bench.apply({ kind: 'doc.put', key: `approval/${request.id}`, value: taken as never });
    expect(await bench.approvals.use(request.id, bindingOf(request))).toEqual({ ok: false, reason: 'approval_rejected' });
    // The same answers under a request that was changed afterwards.
    for (const change of [
      { satisfies: ['approval_required', 'risk_high'] },
      { expiresAtMs: request.expiresAtMs + 1_000 },
      { tenant: 'other' },
    ]) {
      await bench.apply({
        kind: 'doc.put',
        key: `approval/${request.id}`,
        value: { ...whole, request: { ...request, ...change } } as never,
      });
      expect((await bench.approvals.use(request.id, bindingOf(request))).ok, JSON.stringify(change)).toBe(false);
    }
  });

  it('holds for exactly what it was given for', async () => {
    const bench = await createBench();
    const request = bench.request();
    await bench.approvals.open(request);
    await bench.approvals.answer(signApproval(ann, request, 'approve'));
    for (const field of ['agent', 'requestId', 'actionDigest', 'effectsDigest', 'policy', 'registry'] as const) {
      for (const value of ['other', undefined, '']) {
        expect(await bench.approvals.use(request.id, { ...bindingOf(request), [field]: value } as never), field).toEqual({
          ok: false,
          reason: 'approval_invalid',
        });
      }
    }
    expect(await bench.approvals.use('nothing', bindingOf(request))).toEqual({ ok: false, reason: 'approval_invalid' });
    expect((await bench.approvals.use(request.id, bindingOf(request))).ok).toBe(true);
  });
});
