import { describe, expect, it } from 'vitest';
import { signApproval, signStatement } from '../../src/approvals/index.ts';
import { type AnswerContext, approvingKeys, fillsQuorum, judgeAnswer, needOf, stricterQuorum, sumOf } from '../../src/approvals/quorum.ts';
import { isSignatureText, signedBy } from '../../src/approvals/signed-by.ts';
import type { ApprovalAnswer, ApprovalRecord, RegisteredKey, Role } from '../../src/core/index.ts';
import { createBench, person, registered, verifiers } from './bench.ts';

const [ann, ben, olga] = ['ann', 'ben', 'olga'].map(person) as [
  ReturnType<typeof person>,
  ReturnType<typeof person>,
  ReturnType<typeof person>,
];
const statement = { domain: 'castellan.test.v1', text: '{}' };

describe('who signed a statement', () => {
  const setting = createBench({ keys: [registered(ann, 'approver'), registered(ben, 'approver'), registered(olga, 'owner', 'operator')] });
  const by = async (role: Role, signatures: unknown, checked = verifiers) =>
    await signedBy((await setting).authority.registry(), role, statement, signatures as never, checked);

  it('is each key of the role once, whatever else it may be', async () => {
    const both = await by('approver', [signStatement(ann, statement), signStatement(ben, statement), signStatement(ann, statement)]);
    expect(both).toEqual({ ok: true, keys: [registered(ann, 'approver'), registered(ben, 'approver')] });
    expect(await by('operator', [signStatement(olga, statement)])).toEqual({ ok: true, keys: [registered(olga, 'owner', 'operator')] });
    expect(await by('approver', [])).toEqual({ ok: true, keys: [] });
    const most = Array.from({ length: 64 }, () => signStatement(ann, statement));
    expect(await by('approver', most)).toMatchObject({ ok: true });
  });

  it('is nobody where one signature is wrong, and it says which', async () => {
    const right = signStatement(ann, statement);
    for (const [wrong, keyId] of [
      [{ ...signStatement(ben, { ...statement, text: '{"a":1}' }) }, 'ben'],
      [signStatement(olga, statement), 'olga'],
      [{ keyId: 'x'.repeat(65), signature: right.signature }, 'x'.repeat(64)],
      [{ keyId: 7, signature: right.signature }, ''],
      [{ keyId: 'ben' }, 'ben'],
      [{ keyId: 'ben', signature: 'zz' }, 'ben'],
      [null, ''],
      [undefined, ''],
    ] as const)
      expect(await by('approver', [right, wrong]), keyId).toEqual({ ok: false, keyId });
    const many = Array.from({ length: 65 }, () => right);
    expect(await by('approver', many)).toEqual({ ok: false, keyId: 'too many' });
    expect(await by('approver', { length: 1, 0: right })).toEqual({ ok: false, keyId: 'too many' });
    expect(await by('approver', [right], verifiers.slice(1))).toEqual({ ok: false, keyId: 'ann' });
  });

  it('is told by an even number of hex digits, at most 4096 of them', () => {
    for (const text of ['00', 'aBcD09', 'f'.repeat(4_096)]) expect(isSignatureText(text)).toBe(true);
    for (const text of ['', '0', '000', 'g0', '0g', ' 00', '00 ', '0x00', 'f'.repeat(4_098), 7, null, ['00']])
      expect(isSignatureText(text), String(text)).toBe(false);
  });
});

describe('an answer', () => {
  const setting = createBench({
    keys: [registered(ann, 'approver', 'operator'), registered(ben, 'guardian'), registered(olga, 'owner')],
  });
  const context = async (changes: Partial<AnswerContext> = {}): Promise<AnswerContext> => {
    const { store, authority } = await setting;
    return { store, authority, verifiers, ...changes };
  };

  it('counts for a key that holds one of the roles that were asked for, though it holds others too', async () => {
    const request = (await setting).request({ quorum: { operator: 1 } });
    expect(await judgeAnswer(await context(), request, signApproval(ann, request, 'approve'))).toMatchObject({ id: 'ann' });
    expect(await judgeAnswer(await context(), request, signApproval(ben, request, 'approve'))).toBe('approver_unknown');
    const guarded = (await setting).request({ quorum: { guardian: 1 } });
    expect(await judgeAnswer(await context(), guarded, signApproval(ben, guarded, 'approve'))).toMatchObject({ id: 'ben' });
    expect(await judgeAnswer(await context(), guarded, signApproval(person('zed'), guarded, 'approve'))).toBe('approver_unknown');
  });

  it('does not count under another scheme, without a verifier, for another request, or unsigned', async () => {
    const request = (await setting).request();
    const answer = signApproval(ann, request, 'approve');
    const judge = async (changes: Partial<ApprovalAnswer>, parts: Partial<AnswerContext> = {}) =>
      await judgeAnswer(await context(parts), request, { ...answer, ...changes });
    expect(await judge({ scheme: 'eip712' })).toBe('scheme_mismatch');
    expect(await judge({}, { verifiers: verifiers.slice(1) })).toBe('scheme_mismatch');
    expect(await judge({ approvalId: 'ap99' })).toBe('signature_wrong');
    expect(await judge({ signature: '0x' })).toBe('signature_wrong');
    expect(await judge({ verdict: 'reject' })).toBe('signature_wrong');
    const truthy = { ...verifiers[0]!, verify: () => 'yes' as unknown as boolean };
    expect(await judge({}, { verifiers: [truthy] })).toBe('signature_wrong');
  });

  it('is a yes only where it says so: a signed no in a row fills no quorum', async () => {
    const request = (await setting).request();
    const record: ApprovalRecord = {
      request,
      state: 'approved',
      answer: null,
      answers: [signApproval(ann, request, 'reject')],
      answeredAtMs: null,
    };
    expect(await approvingKeys(await context(), record)).toEqual([]);
    const yes = signApproval(ann, request, 'approve');
    expect(await approvingKeys(await context(), { ...record, answers: [yes, yes] })).toHaveLength(1);
  });
});

describe('a quorum', () => {
  const key = (...roles: readonly Role[]): RegisteredKey => ({ id: roles.join(), scheme: 'ed25519', key: roles.join(), roles });

  it('is the stricter of the request’s own and the registry’s, role by role', () => {
    const quorums = { owner: 3, operator: 3, approver: 2, guardian: 3 };
    expect(needOf({}, { quorums })).toEqual({ approver: 2 });
    expect(needOf({ quorum: { approver: 1, guardian: 1 } }, { quorums })).toEqual({ approver: 2, guardian: 1 });
    expect(stricterQuorum({ owner: 1 }, undefined)).toEqual({ owner: 1 });
    expect(stricterQuorum({ owner: 1, approver: 0 }, { owner: 2, operator: 1 })).toEqual({ owner: 2, operator: 1 });
  });

  it('needs as many keys as it says in all, each for one role', () => {
    expect(sumOf({})).toBe(0);
    expect(sumOf({ owner: 1, operator: 2, approver: 3, guardian: 4 })).toBe(10);
    expect(fillsQuorum({ owner: 1, approver: 1 }, [key('owner', 'approver')])).toBe(false);
    expect(fillsQuorum({ owner: 1, approver: 1 }, [key('owner', 'approver'), key('approver')])).toBe(true);
    expect(fillsQuorum({ guardian: 0 }, [key('guardian')])).toBe(false);
  });
});
