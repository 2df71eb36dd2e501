import { describe, expect, it } from 'vitest';
import {
  type ApprovalReply,
  type ApprovalWebhook,
  createApprovalWebhook,
  judgeReply,
  MAX_REPLY_BYTES,
  signApprovalWebhook,
} from '../../../src/adapters/notify/index.ts';
import { signApproval } from '../../../src/approvals/index.ts';
import type { ApprovalAnswer, ApprovalRequest } from '../../../src/core/index.ts';
import { createSeededRandom } from '../../../src/testing/seeded-random.ts';
import { type Bench, createBench, person, toLogCommand } from '../../approvals/bench.ts';

const SECRET = 'canary-approval-secret-0123456789';
const ann = person('ann');
let count = 0;
const nonceOf = () => `nonce-of-a-reply-${(count += 1)}`;

type ReplyDesk = ApprovalWebhook['desk'];
interface Scene extends Bench {
  readonly asked: ApprovalRequest;
  readonly yes: ApprovalAnswer;
  signed(body: string, over?: { nonce?: string; nowMs?: number; secret?: string; direction?: 'request' | 'reply' }): ApprovalReply;
  deskOf(over?: Partial<Parameters<typeof createApprovalWebhook>[0]>): ReplyDesk;
  /** To the desks of one process; by default of the first. */
  send(reply: ApprovalReply, desks?: readonly ReplyDesk[]): Promise<{ readonly status: number; readonly told: Record<string, string> }>;
  state(): Promise<string | undefined>;
}

async function scene(): Promise<Scene> {
  const bench = await createBench();
  const { clock, store, approvals } = bench;
  const random = createSeededRandom('replies');
  const parts = { clock, random, store, tenant: 'test', command: toLogCommand };
  const deskOf = (over: Partial<Parameters<typeof createApprovalWebhook>[0]> = {}) =>
    createApprovalWebhook({ url: 'https://hooks.acme.example/', secret: SECRET, ...parts, ...over }).desk;
  const own = [deskOf(), deskOf()];
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
    deskOf,
    async send(reply, desks = own) {
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

  it('counts once for all webhooks of one secret, whatever URL a process knows it by', async () => {
    const at = await scene();
    const [first, second, third] = [1, 2, 3].map((n) => at.deskOf({ url: `https://hooks${n}.acme.example/` }));
    if (first === undefined || second === undefined || third === undefined) throw new Error('three desks');
    const reply = at.signed(JSON.stringify(at.yes));
    expect((await at.send(reply, [first, second])).status).toBe(200);
    for (const desks of [[second], [second, first], [third]]) expect((await at.send(reply, desks)).status).toBe(401);
    // Another service may number its replies as it likes.
    const other = at.deskOf({ url: 'https://other.acme.example/', secret: 'the-secret-of-another-service' });
    const same = {
      nonce: /n=([^,]+)/.exec(String(reply.headers['Castellan-Signature']))?.[1] ?? '',
      secret: 'the-secret-of-another-service',
    };
    expect((await at.send(at.signed(JSON.stringify(at.yes), same), [first, other])).status).toBe(200);
  });
});

describe('a secret that is replaced', () => {
  const OLD = 'the-secret-before-it-0123456789';
  const HOUR = 3_600_000;

  it('is taken until its time is over, to the millisecond, by the later of host and store; the new one all the while', async () => {
    const at = await scene();
    const untilMs = at.clock.nowMs() + HOUR;
    const desks = [at.deskOf({ previous: { secret: OLD, untilMs } })];
    const no = JSON.stringify(signApproval(person('mallory'), at.asked, 'reject'));
    // 409 is past the door: the webhook's signature was fine, and the approver's is not.
    const statuses = async () => [
      (await at.send(at.signed(no, { secret: OLD }), desks)).status,
      (await at.send(at.signed(no), desks)).status,
      (await at.send(at.signed(no, { secret: 'neither-of-the-two-secrets' }), desks)).status,
    ];
    expect(await statuses()).toEqual([409, 409, 401]);
    at.clock.advance(HOUR - 1);
    expect(await statuses()).toEqual([409, 409, 401]);
    at.clock.advance(1);
    expect(await statuses()).toEqual([401, 409, 401]);
  });

  it('loses no reply while processes change over one by one, and takes each once', async () => {
    const at = await scene();
    const before = [at.deskOf({ secret: OLD })];
    const after = [at.deskOf({ previous: { secret: OLD, untilMs: at.clock.nowMs() + HOUR } })];
    const yes = at.signed(JSON.stringify(at.yes), { secret: OLD });
    expect((await at.send(yes, after)).status).toBe(200);
    for (const desks of [before, after]) expect((await at.send(yes, desks)).status).toBe(401);
    const again = at.signed(JSON.stringify(at.yes), { secret: OLD });
    expect((await at.send(again, before)).status).toBe(200);
    expect((await at.send(again, after)).status).toBe(401);
  });

  it('that others know fills up no room of the new one', async () => {
    const at = await scene();
    const desks = [at.deskOf({ previous: { secret: OLD, untilMs: at.clock.nowMs() + HOUR } })];
    const flood = '{"no":"answer"}';
    const seen = new Set<number>();
    for (let n = 0; n < 1_030; n += 1) seen.add((await at.send(at.signed(flood, { secret: OLD }), desks)).status);
    expect([...seen]).toEqual([400, 503]);
    expect((await at.send(at.signed(JSON.stringify(at.yes)), desks)).status).toBe(200);
  });

  it('stays for a week at most, and is another one', async () => {
    const at = await scene();
    const week = at.clock.nowMs() + 168 * HOUR;
    expect(at.deskOf({ previous: { secret: OLD, untilMs: week } }).keysAt(week - 1)).toHaveLength(2);
    for (const previous of [
      { secret: OLD, untilMs: week + 1 },
      { secret: OLD, untilMs: Number.NaN },
      { secret: OLD, untilMs: Number.POSITIVE_INFINITY },
      { secret: SECRET, untilMs: week },
      { secret: 'short', untilMs: week },
    ])
      expect(() => at.deskOf({ previous })).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }));
  });
});
