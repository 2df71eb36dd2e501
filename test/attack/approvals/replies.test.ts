import { describe, expect, it } from 'vitest';
import {
  type ApprovalReply,
  createApprovalWebhook,
  judgeReply,
  MAX_REPLY_BYTES,
  signApprovalWebhook,
} from '../../../src/adapters/notify/index.ts';
import { signApproval } from '../../../src/approvals/index.ts';
import type { ApprovalAnswer, ApprovalRequest } from '../../../src/core/index.ts';
import { createSeededRandom } from '../../../src/testing/seeded-random.ts';
import { type Bench, createBench, person } from '../../approvals/bench.ts';

const SECRET = 'canary-approval-secret-0123456789';
const ann = person('ann');
let count = 0;
const nonceOf = () => `nonce-of-a-reply-${(count += 1)}`;

interface Scene extends Bench {
  readonly asked: ApprovalRequest;
  readonly yes: ApprovalAnswer;
  signed(body: string, over?: { nonce?: string; nowMs?: number; secret?: string; direction?: 'request' | 'reply' }): ApprovalReply;
  send(reply: ApprovalReply): Promise<{ readonly status: number; readonly told: Record<string, string> }>;
  state(): Promise<string | undefined>;
}

async function scene(): Promise<Scene> {
  const bench = await createBench();
  const { clock, store, approvals } = bench;
  const random = createSeededRandom('replies');
  const url = 'https://hooks.acme.example/';
  const desks = [0, 1].map(() => createApprovalWebhook({ url, secret: SECRET, clock, random, store }).desk);
  const asked = bench.request({ expiresAtMs: clock.nowMs() + 3_600_000 });
  await approvals.open(asked);
  return {
    ...bench,
    asked,
    yes: signApproval(ann, asked, 'approve'),
    signed: (body, { nonce = nonceOf(), nowMs = clock.nowMs(), secret = SECRET, direction = 'reply' } = {}) => ({
      method: 'POST',
      headers: { 'Castellan-Signature': signApprovalWebhook(secret, { direction, body, nonce, nowMs }) },
      body,
    }),
    async send(reply) {
      const { status, body } = await judgeReply(reply, desks, { clock, store, answer: approvals.answer });
      return { status, told: JSON.parse(body) as Record<string, string> };
    },
    state: async () => (await approvals.get(asked.id))?.state,
  };
}

describe('a reply', () => {
  it('with the secret and the approver’s own signature approves', async () => {
    const at = await scene();
    expect(await at.send(at.signed(JSON.stringify(at.yes)))).toEqual({ status: 200, told: { approvalId: at.asked.id, state: 'approved' } });
    expect(await at.state()).toBe('approved');
  });

  it('as bytes, and with blanks between, is the same', async () => {
    const at = await scene();
    const body = JSON.stringify(at.yes, null, 2);
    expect((await at.send({ ...at.signed(body), body: new Uint8Array(Buffer.from(body)) })).status).toBe(200);
  });

  it('with the secret alone approves nothing: the answer needs the approver’s key', async () => {
    const at = await scene();
    const forged = [
      { ...at.yes, signature: '00'.repeat(64) },
      signApproval(person('mallory'), at.asked, 'approve'),
      { ...signApproval(person('mallory'), at.asked, 'approve'), approver: 'ann' },
      { ...signApproval(ann, at.asked, 'reject'), verdict: 'approve' },
      signApproval(ann, { ...at.asked, rendered: 'This transaction:\n- nothing' }, 'approve'),
    ];
    for (const answer of forged) expect((await at.send(at.signed(JSON.stringify(answer)))).status).toBe(409);
    expect((await at.send(at.signed(JSON.stringify({ ...at.yes, approvalId: 'other' })))).status).toBe(404);
    expect(await at.state()).toBe('pending');
  });

  it('with the approver’s signature alone does not come in: no, another, a cut or an old signature of the webhook', async () => {
    const at = await scene();
    const body = JSON.stringify(at.yes);
    const good = at.signed(body);
    const header = String(good.headers['Castellan-Signature']);
    const now = at.clock.nowMs();
    const wrong: ApprovalReply[] = [
      { ...good, headers: {} },
      { ...good, headers: { 'castellan-signature': [header, header] } },
      { ...good, headers: { 'castellan-signature': header, 'Castellan-Signature': header } },
      { ...good, headers: { 'castellan-signature': header.slice(0, -1) } },
      { ...good, headers: { 'castellan-signature': header.replace(/v1=../, 'v1=00') } },
      { ...good, headers: { 'castellan-signature': header.replace(/t=(\d+)/, (_, t) => `t=${Number(t) + 1}`) } },
      { ...good, headers: { 'castellan-signature': header.replace(/n=[^,]+/, `n=${nonceOf()}`) } },
      { ...good, body: body.replace(at.asked.id, 'other') },
      { ...good, body: body.slice(0, -1) },
      { ...good, body: `${body}\n` },
      at.signed(body, { secret: 'another-secret-of-somebody-else' }),
      at.signed(body, { nowMs: now - 302_000 }),
      at.signed(body, { nowMs: now + 302_000 }),
      // What we sent ourselves, sent back.
      at.signed(body, { direction: 'request' }),
    ];
    for (const [index, reply] of wrong.entries()) expect((await at.send(reply)).status, String(index)).toBe(401);
    expect(await at.state()).toBe('pending');
    expect((await at.send(good)).status).toBe(200);
  });

  it('is taken once, in whatever process, and its nonce serves for nothing else', async () => {
    const at = await scene();
    const no = JSON.stringify(signApproval(ann, at.asked, 'reject'));
    const reply = at.signed(JSON.stringify(at.yes), { nonce: 'the-very-same-nonce' });
    const sent = await Promise.all(Array.from({ length: 6 }, () => at.send(reply)));
    expect(sent.map(({ status }) => status).sort()).toEqual([200, 401, 401, 401, 401, 401]);
    expect((await at.send(at.signed(no, { nonce: 'the-very-same-nonce' }))).status).toBe(401);
    at.clock.advance(290_000);
    expect((await at.send(reply)).status).toBe(401);
    at.clock.advance(3_600_000);
    expect((await at.send(reply)).status).toBe(401);
  });

  it('that JSON parsers read in two ways, or that says more or less than an answer, is none', async () => {
    const at = await scene();
    const body = JSON.stringify(at.yes);
    const odd = [
      body.replace('"verdict":"approve"', '"verdict":"reject","verdict":"approve"'),
      body.replace('{', '{"approvalId":"other",'),
      body.replace('"verdict"', '"verd\\u0069ct"'),
      body.replace('{', '{"__proto__":"x",'),
      body.replace('}', ',"extra":"x"}'),
      body.replace('"approver":"ann",', ''),
      body.replace('"approve"', '["approve"]'),
      body.replace('"approve"', '"APPROVE"'),
      body.replace('"ann"', 'null'),
      `[${body}]`,
      `${body}${body}`,
      `\ufeff${body}`,
      '{}',
      '',
      'null',
      body.replace('"ann"', '"\u0430nn"'),
    ];
    for (const text of odd) expect((await at.send(at.signed(text))).status, text.slice(0, 60)).toBe(400);
    expect(await at.state()).toBe('pending');
  });

  it('is bounded, and no link: GET and HEAD are not allowed', async () => {
    const at = await scene();
    const good = at.signed(JSON.stringify(at.yes));
    for (const method of ['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS', 'post', '', undefined])
      expect((await at.send({ ...good, method: method as string })).status, String(method)).toBe(405);
    expect((await at.send(at.signed(`${' '.repeat(MAX_REPLY_BYTES)}{}`))).status).toBe(413);
    expect((await at.send({ ...good, body: undefined as never })).status).toBe(400);
    expect((await at.send(undefined as never)).status).toBe(405);
    expect(await at.state()).toBe('pending');
    expect((await at.send(good)).status).toBe(200);
  });

  it('while the store is away is neither lost nor counted', async () => {
    const at = await scene();
    const reply = at.signed(JSON.stringify(at.yes));
    await at.store.close();
    expect((await at.send(reply)).status).toBe(503);
  });

  it('comes late, or twice in other words: closed is closed', async () => {
    const at = await scene();
    await at.send(at.signed(JSON.stringify(signApproval(person('ben'), at.asked, 'reject'))));
    const late = await at.send(at.signed(JSON.stringify(at.yes)));
    expect(late).toEqual({ status: 409, told: { code: 'APPROVAL_INVALID', reason: 'approval_rejected' } });
    expect(await at.state()).toBe('rejected');
  });
});
