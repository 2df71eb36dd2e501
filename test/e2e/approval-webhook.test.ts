import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type ApprovalRequest,
  createSecurityManager,
  type SecurityEvent,
  signApproval,
  signApprovalWebhook,
  verifyApprovalWebhook,
} from '../../src/index.ts';
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

  it('that reached nobody in time is told to whoever listens', async () => {
    const server = await startHookServer((response) => void response.writeHead(500).end());
    const webhook = { kind: 'webhook', url: server.url, secret: SECRET, allowLoopback: true } as const;
    await using bench = await openBench(anvil, { ...people, approvals: { providers: [webhook], ttlMs: 300 } });
    const { security } = bench;
    const told: SecurityEvent[] = [];
    security.events$.subscribe((event) => {
      if (event.type === 'health_changed') told.push(event);
    });
    const { approvalId } = await security.agent('a1').execute(order('four'));
    await expect.poll(() => told.length, { timeout: 10_000 }).toBe(1);
    expect(told).toMatchObject([
      { severity: 'error', agent: 'a1', details: { part: 'approval_webhook', state: 'undelivered', approvalId, requestId: 'four' } },
    ]);
  });

  it('takes replies that are signed with the previous secret until its time, and signs with the new one', async () => {
    const server = await startHookServer();
    const old = 'the-secret-before-it-0123456789';
    const statuses: number[] = [];
    for (const until of [new Date(Date.now() + 60_000).toISOString(), Date.now() + 60_000, Date.now() - 1]) {
      const webhook = { kind: 'webhook', url: server.url, secret: SECRET, previous: { secret: old, until }, allowLoopback: true } as const;
      await using bench = await openBench(anvil, { ...people, approvals: { providers: [webhook] } });
      const seen = server.arrivals.length;
      await bench.security.agent('a1').execute(order(`five-${seen}`));
      await expect.poll(() => server.arrivals.length).toBe(seen + 1);
      const arrival = server.arrivals[seen];
      const nonce = `nonce-of-reply-000${seen}`;
      const { body } = answered(arrival?.body ?? '', String(arrival?.headers['castellan-signature']), 'reject', nonce);
      const header = signApprovalWebhook(old, { direction: 'reply', body, nonce, nowMs: Date.now() });
      const told = await bench.security.approvals.handleReply({ method: 'POST', headers: { 'castellan-signature': header }, body });
      statuses.push(told.status);
    }
    expect(statuses).toEqual([200, 200, 401]);
  });

  it('is refused where another one leads to the same place, or its previous secret stays for years', () => {
    const webhook = { kind: 'webhook', url: 'https://hooks.acme.example', secret: SECRET } as const;
    const refused = (...providers: readonly object[]) =>
      expect(() => createSecurityManager({ approvals: { providers: providers as never } })).toThrow(
        expect.objectContaining({ code: 'CONFIG_INVALID' }),
      );
    refused(webhook, { ...webhook, url: 'https://hooks.acme.example/', secret: `${SECRET}-other` });
    refused({ ...webhook, previous: { secret: 'short', until: 0 } });
    refused({ ...webhook, previous: { secret: 'the-secret-before-it-0123456789' } });
    refused({ ...webhook, previous: { secret: 'the-secret-before-it-0123456789', until: 'tomorrow' } });
  });

  it('answers nobody whose manager has none', async () => {
    await using bench = await openBench(anvil, people);
    expect(await bench.security.approvals.handleReply({ method: 'POST', headers: {}, body: '{}' })).toMatchObject({ status: 401 });
    expect(await bench.security.approvals.handleReply({ method: 'GET', headers: {}, body: '' })).toMatchObject({ status: 405 });
  });
});
