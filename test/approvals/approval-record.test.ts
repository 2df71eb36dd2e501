import { describe, expect, it } from 'vitest';
import {
  answered,
  approvalDoc,
  approvalReason,
  asksTheSame,
  atMoment,
  isOpenState,
  parseApprovalRecord,
} from '../../src/approvals/approval-record.ts';
import type { ApprovalAnswer, ApprovalRecord, ApprovalRequest, Json } from '../../src/core/index.ts';
import { createBench } from './bench.ts';

const { request } = await createBench().then((bench) => ({ request: bench.request() }));
const answer: ApprovalAnswer = { approvalId: request.id, verdict: 'approve', approver: 'ann', scheme: 'ed25519', signature: '00' };
const recordOf = (changes: Partial<ApprovalRecord> = {}): ApprovalRecord => ({
  request,
  state: 'pending',
  answer: null,
  answers: [],
  answeredAtMs: null,
  ...changes,
});

describe('a stored record', () => {
  const read = (value: unknown, id = request.id) => parseApprovalRecord(value as Json, id);

  it('lies under its id, and is read as it was written, in every state', () => {
    expect(approvalDoc('ap1')).toBe('approval/ap1');
    for (const state of ['pending', 'approved', 'rejected', 'expired', 'used'] as const)
      expect(read(recordOf({ state }))).toEqual(recordOf({ state }));
  });

  it.each([
    ['nothing', null],
    ['a text', 'approval'],
    ['a list', []],
    ['no request', { ...recordOf(), request: undefined }],
    ['a request that is nothing', { ...recordOf(), request: null }],
    ['another id', recordOf({ request: { ...request, id: 'ap99' } })],
    ['another version', recordOf({ request: { ...request, v: 2 as 1 } })],
    ['an expiry that is no time', recordOf({ request: { ...request, expiresAtMs: 1.5 } })],
    ['a state that is none', recordOf({ state: 'open' as 'pending' })],
    ['no state', recordOf({ state: undefined as unknown as 'pending' })],
    ['answers that are no list', recordOf({ answers: {} as never })],
  ])('is corrupt with %s', (_, value) => {
    expect(() => read(value)).toThrow(expect.objectContaining({ code: 'STORE_CORRUPT', details: { id: request.id } }));
  });
});

describe('a record at a moment', () => {
  it('expires at its very millisecond where it is open, and never where it is closed', () => {
    for (const state of ['pending', 'approved', 'rejected', 'expired', 'used'] as const) {
      const record = recordOf({ state });
      const open = state === 'pending' || state === 'approved';
      expect(isOpenState(state)).toBe(open);
      expect(atMoment(record, request.expiresAtMs - 1)).toBe(record);
      expect(atMoment(record, request.expiresAtMs).state).toBe(open ? 'expired' : state);
    }
  });

  it('says why it lets nothing pass', () => {
    const reasons = { approved: undefined, pending: 'approval_pending', rejected: 'approval_rejected', used: 'approval_used' } as const;
    for (const [state, reason] of Object.entries(reasons)) expect(approvalReason(recordOf({ state: state as 'used' }))).toBe(reason);
    expect(approvalReason(recordOf({ state: 'expired' }))).toBe('approval_timeout');
    expect(approvalReason(recordOf({ state: 'expired', answer }))).toBe('approval_expired');
  });

  it('keeps every answer, and the one that decided with its moment', () => {
    const first = answered(recordOf(), answer, 'pending', 7);
    expect(first).toEqual(recordOf({ answers: [answer] }));
    const second = { ...answer, approver: 'ben' };
    expect(answered(first, second, 'approved', 8)).toEqual(
      recordOf({ state: 'approved', answers: [answer, second], answer: second, answeredAtMs: 8 }),
    );
  });
});

describe('two requests', () => {
  const same = (a: Partial<ApprovalRequest>, b: Partial<ApprovalRequest>) => asksTheSame({ ...request, ...a }, { ...request, ...b });

  it('ask for the same whatever their ids and moments, and in whatever order they say it', () => {
    expect(same({}, { id: 'other', nonce: 'other', decisionId: 'other', createdAtMs: 1, expiresAtMs: 2 })).toBe(true);
    const [one, two] = [['approval_required', 'policy_no_match'] as const, ['policy_no_match', 'approval_required'] as const];
    expect(same({ satisfies: one }, { satisfies: two })).toBe(true);
    expect(same({ satisfies: two }, { satisfies: one })).toBe(true);
    expect(same({ rules: ['a', 'b'] }, { rules: ['b', 'a'] })).toBe(true);
    expect(same({ rules: ['b', 'a'] }, { rules: ['a', 'b'] })).toBe(true);
    expect(same({}, { quorum: {} })).toBe(true);
  });

  it.each([
    ['requestId', 'r9'],
    ['agent', 'a9'],
    ['wallet', 'eip155:1:0x2222222222222222222222222222222222222222'],
    ['actionDigest', 'ab'.repeat(32)],
    ['effectsDigest', 'ab'.repeat(32)],
    ['policy', 'policy-2'],
    ['registry', 'ab'.repeat(32)],
    ['satisfies', ['policy_no_match']],
    ['satisfies', ['approval_required', 'policy_no_match']],
    ['rules', ['big']],
    ['quorum', { approver: 2 }],
  ] as const)('ask for something else where %s differs', (field, value) => {
    expect(same({}, { [field]: value })).toBe(false);
    expect(same({ [field]: value }, {})).toBe(false);
  });
});
