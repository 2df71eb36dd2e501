import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { signApproval } from '../../src/approvals/index.ts';
import { fillsQuorum, needOf, stricterQuorum } from '../../src/approvals/quorum.ts';
import type { ApprovalQuorum, ApprovalRequest, Json, RegisteredKey, Role } from '../../src/core/index.ts';
import { rounds } from '../authz/rounds.ts';
import { type Bench, createBench, person, registered } from './bench.ts';

const [ann, ben, cem, dee, olga] = ['ann', 'ben', 'cem', 'dee', 'olga'].map(person) as [
  ReturnType<typeof person>,
  ReturnType<typeof person>,
  ReturnType<typeof person>,
  ReturnType<typeof person>,
  ReturnType<typeof person>,
];
const KEYS = [
  registered(ann, 'approver'),
  registered(ben, 'approver'),
  registered(cem, 'operator'),
  registered(dee, 'operator', 'approver'),
  registered(olga, 'owner'),
];
const open = async (quorum: ApprovalQuorum | undefined, more: object = {}) => {
  const bench = await createBench({ keys: KEYS, ...more });
  const request = bench.request(quorum === undefined ? {} : { quorum });
  await bench.approvals.open(request);
  return { bench, request };
};
const says = async ({ approvals }: Bench, request: ApprovalRequest, ...keys: readonly (typeof ann)[]) => {
  let state = '';
  for (const key of keys) state = (await approvals.answer(signApproval(key, request, 'approve'))).state;
  return state;
};

describe('a quorum by role', () => {
  it('of two approvers takes two, and one of an operator and an approver takes one each', async () => {
    const two = await open({ approver: 2 });
    expect(await says(two.bench, two.request, ann)).toBe('pending');
    expect(await says(two.bench, two.request, ben)).toBe('approved');
    const mixed = await open({ operator: 1, approver: 1 });
    expect(await says(mixed.bench, mixed.request, ann, ben)).toBe('pending');
    expect(await says(mixed.bench, mixed.request, cem)).toBe('approved');
    const other = await open({ operator: 1, approver: 1 });
    expect(await says(other.bench, other.request, cem)).toBe('pending');
  });

  it('counts a key with two roles for one of them, whichever is missing', async () => {
    const { bench, request } = await open({ operator: 1, approver: 1 });
    expect(await says(bench, request, dee)).toBe('pending');
    expect(await says(bench, request, cem)).toBe('approved');
    const again = await open({ operator: 1, approver: 1 });
    expect(await says(again.bench, again.request, dee, ann)).toBe('approved');
    const three = await open({ operator: 2, approver: 1 });
    expect(await says(three.bench, three.request, dee, cem)).toBe('pending');
    expect(await says(three.bench, three.request, ben)).toBe('approved');
  });

  it('counts one key once, in whatever letters its signature stands in the row', async () => {
    const { bench, request } = await open({ approver: 2 });
    const record = await bench.approvals.answer(signApproval(ann, request, 'approve'));
    const [yes] = record.answers;
    const answers = [yes, { ...yes, signature: yes?.signature.toUpperCase() }];
    const value = { ...record, state: 'approved', answers } as unknown as Json;
    await bench.apply({ kind: 'doc.put', key: `approval/${request.id}`, value });
    expect(await bench.approvals.use(request.id, request)).toEqual({ ok: false, reason: 'approval_invalid' });
  });

  it('adds to the registry’s quorum of approvers and never lowers it', async () => {
    const { bench, request } = await open({ operator: 1 }, { quorums: { approver: 2 } });
    expect(await says(bench, request, cem, ann)).toBe('pending');
    expect(await says(bench, request, ben)).toBe('approved');
    expect(needOf({ quorum: { approver: 1, owner: 1 } }, { quorums: { owner: 9, operator: 9, approver: 3, guardian: 9 } })).toEqual({
      owner: 1,
      approver: 3,
    });
  });

  it('takes neither a yes nor a no of roles that it does not ask for', async () => {
    const { bench, request } = await open({ operator: 1, approver: 1 });
    for (const verdict of ['approve', 'reject'] as const)
      await expect(bench.approvals.answer(signApproval(olga, request, verdict))).rejects.toMatchObject({
        details: { why: 'approver_unknown' },
      });
    const plain = await open(undefined);
    await expect(bench.approvals.answer(signApproval(cem, plain.request, 'approve'))).rejects.toMatchObject({ code: 'APPROVAL_INVALID' });
    expect((await bench.approvals.answer(signApproval(cem, request, 'reject'))).state).toBe('rejected');
  });

  it('is signed with the request: a row that asks for fewer later has no valid signature', async () => {
    const { bench, request } = await open({ operator: 1, approver: 2 });
    const record = await bench.approvals.answer(signApproval(ann, request, 'approve'));
    const { quorum: _, ...without } = request;
    for (const changed of [without, { ...request, quorum: { approver: 1 } }]) {
      const value = { ...record, request: changed, state: 'approved' } as unknown as Json;
      await bench.apply({ kind: 'doc.put', key: `approval/${request.id}`, value });
      expect(await bench.approvals.use(request.id, { ...request, quorum: undefined })).toEqual({ ok: false, reason: 'approval_invalid' });
    }
  });

  it('that rose since, such as by a price, is counted again when the yes is used', async () => {
    const { bench, request } = await open(undefined);
    expect(await says(bench, request, ann)).toBe('approved');
    for (const quorum of [{ approver: 2 }, { operator: 1 }, { owner: 1 }])
      expect(await bench.approvals.use(request.id, { ...request, quorum })).toEqual({ ok: false, reason: 'approval_invalid' });
    expect((await bench.approvals.use(request.id, { ...request, quorum: { approver: 1 } })).ok).toBe(true);
  });

  it.each([
    [{}],
    [{ approver: 0 }],
    [{ approver: 1.5 }],
    [{ approver: 17 }],
    [{ king: 1 }],
    [[]],
    ['approver'],
    [null],
    [{ approver: '1' }],
  ])('is not asked for as %j', async (quorum) => {
    const bench = await createBench({ keys: KEYS });
    await expect(bench.approvals.open(bench.request({ quorum: quorum as never }))).rejects.toMatchObject({
      code: 'APPROVAL_INVALID',
      details: { field: 'quorum' },
    });
  });

  it('asked for differently is another question', async () => {
    const { bench, request } = await open({ approver: 2 });
    const again = { ...bench.request({ requestId: request.requestId, actionDigest: request.actionDigest }) };
    expect((await bench.approvals.open({ ...again, quorum: { approver: 2 } })).request.id).toBe(request.id);
    expect((await bench.approvals.open(again)).request.id).toBe(again.id);
    expect((await bench.approvals.get(request.id))?.state).toBe('expired');
  });
});

describe('filling a quorum', () => {
  const ROLES = ['owner', 'operator', 'approver'] as const;
  /** Tries every way to give each key one role or none. */
  function fillsSomehow(need: ApprovalQuorum, keys: readonly RegisteredKey[]): boolean {
    if (ROLES.every((role) => (need[role] ?? 0) <= 0)) return true;
    const [first, ...rest] = keys;
    if (first === undefined) return false;
    return (
      fillsSomehow(need, rest) ||
      first.roles.some((role) => (need[role] ?? 0) > 0 && fillsSomehow({ ...need, [role]: (need[role] ?? 0) - 1 }, rest))
    );
  }

  it('is what trying every assignment says', () => {
    const roles = fc.subarray<Role>([...ROLES], { minLength: 1 });
    const count = fc.nat({ max: 3 });
    let filled = 0;
    fc.assert(
      fc.property(fc.array(roles, { maxLength: 6 }), fc.record({ owner: count, operator: count, approver: count }), (given, wanted) => {
        const need = stricterQuorum({ approver: 1 }, wanted);
        const keys = given.map((held, at): RegisteredKey => ({ id: `k${at}`, scheme: 'ed25519', key: `${at}`, roles: held }));
        const fills = fillsQuorum(need, keys);
        if (fills) filled += 1;
        expect(fills).toBe(fillsSomehow(need, keys));
      }),
      { numRuns: rounds(2_000), seed: 6 },
    );
    expect(filled).toBeGreaterThan(rounds(200));
    expect(fillsQuorum({}, [])).toBe(false);
  });
});
