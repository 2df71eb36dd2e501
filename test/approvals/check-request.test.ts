import { describe, expect, it } from 'vitest';
import { checkAnswer } from '../../src/approvals/check-answer.ts';
import { checkApprovalRequest } from '../../src/approvals/check-request.ts';
import { type ApprovalAnswer, type ApprovalRequest, sha256Hex } from '../../src/core/index.ts';
import { createBench } from './bench.ts';

const NOW = 1_700_000_000_000;
const MONTH_MS = 31 * 86_400_000;
const sound = (await createBench()).request();
const check = (changes: object) => checkApprovalRequest({ ...sound, ...changes } as ApprovalRequest, 'test', NOW);
const rendered = (text: string) => ({ rendered: text, effectsDigest: sha256Hex(text) });
const times = (count: number, one: unknown) => Array.from({ length: count }, () => one);

describe('a request for approval', () => {
  it.each([
    ['as it is', {}],
    ['the longest id', { id: 'Az09_.-'.padEnd(128, 'x') }],
    ['the longest texts', { decisionId: 'd'.repeat(128), wallet: 'w'.repeat(256), policy: 'p'.repeat(128), registry: 'r'.repeat(128) }],
    ['the longest nonce', { nonce: 'n'.repeat(128) }],
    ['the longest text for a person', rendered(`${'x'.repeat(16_383)}\n`)],
    ['32 codes of 64 characters', { satisfies: times(32, 'c'.repeat(64)) }],
    ['1024 rules of 256 characters', { rules: times(1_024, 'r'.repeat(256)) }],
    ['a quorum of 16 of a role', { quorum: { owner: 1, approver: 16 } }],
    ['the shortest life', { expiresAtMs: NOW + 1 }],
    ['the longest life', { expiresAtMs: NOW + MONTH_MS }],
    ['a moment of its own', { createdAtMs: 0 }],
  ])('is taken with %s', (_, changes) => expect(() => check(changes)).not.toThrow());

  it.each<[keyof ApprovalRequest, object]>([
    ['v', { v: 2 }],
    ['v', { more: 1 }],
    ['id', { id: '' }],
    ['id', { id: 7 }],
    ['id', { id: 'x'.repeat(129) }],
    ['id', { id: 'a b' }],
    ['id', { id: ' ab' }],
    ['tenant', { tenant: 'Test' }],
    ['agent', { agent: '' }],
    ['requestId', { requestId: '' }],
    ['decisionId', { decisionId: '' }],
    ['decisionId', { decisionId: 'd'.repeat(129) }],
    ['decisionId', { decisionId: 'two\nlines' }],
    ['wallet', { wallet: 'w'.repeat(257) }],
    ['wallet', { wallet: null }],
    ['actionDigest', { actionDigest: 'A'.repeat(64) }],
    ['actionDigest', { actionDigest: 'a'.repeat(63) }],
    ['actionDigest', { actionDigest: `${'a'.repeat(64)}0` }],
    ['actionDigest', { actionDigest: `0${'a'.repeat(64)}` }],
    ['rendered', rendered('')],
    ['rendered', rendered('x'.repeat(16_385))],
    ['rendered', rendered('tab\t')],
    ['rendered', rendered('é first')],
    ['rendered', rendered('last é')],
    ['effectsDigest', { rendered: 'another text' }],
    ['satisfies', { satisfies: 'approval_required' }],
    ['satisfies', { satisfies: [] }],
    ['satisfies', { satisfies: times(33, 'c') }],
    ['satisfies', { satisfies: ['fine', 'c'.repeat(65)] }],
    ['satisfies', { satisfies: ['fine', 'two\nlines'] }],
    ['rules', { rules: 'big' }],
    ['rules', { rules: { length: 1 } }],
    ['rules', { rules: [] }],
    ['rules', { rules: times(1_025, 'r') }],
    ['rules', { rules: ['fine', ''] }],
    ['rules', { rules: ['fine', 'r'.repeat(257)] }],
    ['quorum', { quorum: null }],
    ['quorum', { quorum: [1] }],
    ['quorum', { quorum: 'approver' }],
    ['quorum', { quorum: {} }],
    ['quorum', { quorum: { nobody: 1 } }],
    ['quorum', { quorum: { approver: 0 } }],
    ['quorum', { quorum: { approver: 17 } }],
    ['quorum', { quorum: { owner: 1, approver: 1.5 } }],
    ['policy', { policy: '' }],
    ['registry', { registry: 'r'.repeat(129) }],
    ['nonce', { nonce: '' }],
    ['createdAtMs', { createdAtMs: Number.NaN }],
    ['expiresAtMs', { expiresAtMs: NOW }],
    ['expiresAtMs', { expiresAtMs: NOW + MONTH_MS + 1 }],
    ['expiresAtMs', { expiresAtMs: NOW + 0.5 }],
  ])('is refused, naming %s, with %j', (field, changes) => {
    expect(() => check(changes)).toThrow(
      expect.objectContaining({ code: 'APPROVAL_INVALID', details: { field, reason: 'approval_invalid' } }),
    );
  });

  it('is refused where it is none', () => {
    for (const none of [undefined, null])
      expect(() => checkApprovalRequest(none as never, 'test', NOW)).toThrow(expect.objectContaining({ code: 'APPROVAL_INVALID' }));
  });
});

describe('an answer', () => {
  const answer: ApprovalAnswer = { approvalId: 'ap1', verdict: 'approve', approver: 'ann', scheme: 'ed25519', signature: '00' };

  it('is five fields and nothing else, of whatever length they may have', () => {
    expect(checkAnswer({ ...answer, more: 1 } as never)).toEqual(answer);
    const long = { approvalId: 'a'.repeat(128), approver: 'b'.repeat(64), signature: 'c'.repeat(4_096) };
    expect(checkAnswer({ ...answer, ...long, verdict: 'reject', scheme: 'eip712' })).toMatchObject(long);
  });

  it.each([
    undefined,
    null,
    {},
    { ...answer, approvalId: '' },
    { ...answer, approvalId: 'a'.repeat(129) },
    { ...answer, approvalId: 7 },
    { ...answer, approver: '' },
    { ...answer, approver: 'b'.repeat(65) },
    { ...answer, signature: '' },
    { ...answer, signature: 'c'.repeat(4_097) },
    { ...answer, verdict: 'yes' },
    { ...answer, scheme: 'rsa' },
  ])('is malformed as %j', (given) => {
    expect(() => checkAnswer(given as never)).toThrow(
      expect.objectContaining({ code: 'APPROVAL_INVALID', details: { reason: 'approval_invalid', why: 'malformed' } }),
    );
  });
});
