import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ApprovalRequest, signApproval, signApprovalWebhook, verifyApprovalWebhook } from '../../src/index.ts';
import { type Anvil, startAnvil } from '../../src/testing/anvil.ts';
import { ok, startHookServer } from '../notify/hook-server.ts';
import { ASKS, BOB, type Given, openBench, person, registered, sentBy } from './bench.ts';
import { freePort } from './free-port.ts';

const ann = person('ann');
const SECRET = 'canary-approval-secret-0123456789';
const order = (id: string) => ({ id, to: BOB, amount: '0.1', asset: 'ETH' });
const people: Given = { agents: { a1: ASKS }, registry: { keys: [registered(ann, 'approver')] } };

let anvil: Anvil;
beforeAll(async () => {
  anvil = await startAnvil();
});
afterAll(async () => {
  await anvil.stop();
});

/** What Ann's device does with a webhook: checks it, reads it, signs, and signs the reply. */
function answered(body: string, header: string, verdict: 'approve' | 'reject', nonce: string) {
  expect(verifyApprovalWebhook(SECRET, { direction: 'request', header, body, nowMs: Date.now() }).ok).toBe(true);
  const { request } = JSON.parse(body) as { readonly request: ApprovalRequest };
  const reply = JSON.stringify(signApproval(ann, request, verdict));
  return { body: reply, header: signApprovalWebhook(SECRET, { direction: 'reply', body: reply, nonce, nowMs: Date.now() }) };
}

describe('a webhook of the configuration', () => {
  it('brings the question to people and their answer back', async () => {
    const server = await startHookServer();
    const replyPort = await freePort();
    const webhook = { kind: 'webhook', url: server.url, secret: SECRET, allowLoopback: true } as const;
    await using bench = await openBench(anvil, { ...people, approvals: { providers: [webhook], replyPort } });
    const { security, wallet } = bench;
    expect((await security.agent('a1').execute(order('one'))).status).toBe('approval_pending');
    await expect.poll(() => server.arrivals.length).toBe(1);
    const [{ body, headers } = { body: '', headers: {} }] = server.arrivals;
    const reply = answered(body, String((headers as Record<string, unknown>)['castellan-signature']), 'approve', 'nonce-0123456789');
    const url = `http://127.0.0.1:${replyPort}/`;
    const send = (over: RequestInit = {}) =>
      fetch(url, { method: 'POST', headers: { 'castellan-signature': reply.header }, body: reply.body, ...over }).then(
        ({ status }) => status,
      );
    expect(await send({ method: 'GET', body: null })).toBe(405);
    expect(await send({ method: 'HEAD', body: null })).toBe(405);
    expect(await send({ headers: {} })).toBe(401);
    expect(await send({ body: reply.body.replace('approve', 'reject') })).toBe(401);
    expect(await send({ body: 'x'.repeat(20_000) })).toBe(413);
    expect((await security.agent('a1').execute(order('one'))).status).toBe('approval_pending');
    expect(await send()).toBe(200);
    expect(await send()).toBe(401);
    expect((await security.agent('a1').execute(order('one'))).status).toBe('success');
    expect(await sentBy(anvil, wallet)).toBe(1);
    expect(await security.getHealth()).toMatchObject({ approvalWebhooks: [{ failures: 0, lastError: null }] });
  });

  it('takes replies over any server of the deployment’s own, and a no as well', async () => {
    const server = await startHookServer();
    const webhook = { kind: 'webhook', url: server.url, secret: SECRET, allowLoopback: true } as const;
    await using bench = await openBench(anvil, { ...people, approvals: { providers: [webhook] } });
    const { security } = bench;
    await security.agent('a1').execute(order('two'));
    await expect.poll(() => server.arrivals.length).toBe(1);
    const [arrival] = server.arrivals;
    const reply = answered(arrival?.body ?? '', String(arrival?.headers['castellan-signature']), 'reject', 'nonce-9876543210');
    const told = await security.approvals.handleReply({
      method: 'POST',
      headers: { 'castellan-signature': reply.header },
      body: new Uint8Array(Buffer.from(reply.body)),
    });
    expect([told.status, JSON.parse(told.body)]).toMatchObject([200, { state: 'rejected' }]);
    expect((await security.agent('a1').execute(order('two'))).status).toBe('approval_rejected');
  });

  it('whose endpoint is away is tried again, shows in health, and holds up neither decision nor closing', async () => {
    const server = await startHookServer((response) => void response.writeHead(500).end());
    const webhook = { kind: 'webhook', url: server.url, secret: SECRET, allowLoopback: true } as const;
    await using bench = await openBench(anvil, { ...people, approvals: { providers: [webhook] } });
    const { security } = bench;
    expect((await security.agent('a1').execute(order('three'))).status).toBe('approval_pending');
    await expect.poll(async () => (await security.getHealth()).approvalWebhooks[0]?.lastError).toBe('NOTIFICATION_FAILED status 500');
    expect((await security.getHealth()).status).toBe('degraded');
    server.answer = ok;
    await expect.poll(async () => (await security.getHealth()).approvalWebhooks[0]?.failures, { timeout: 10_000 }).toBe(0);
  });

  it('answers nobody whose manager has none', async () => {
    await using bench = await openBench(anvil, people);
    expect(await bench.security.approvals.handleReply({ method: 'POST', headers: {}, body: '{}' })).toMatchObject({ status: 401 });
    expect(await bench.security.approvals.handleReply({ method: 'GET', headers: {}, body: '' })).toMatchObject({ status: 405 });
  });
});
