import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { systemClock, systemRandom } from '../../src/adapters/host/index.ts';
import { createWebhookNotifier, SIGNATURE_HEADER, verifyWebhook, type WebhookOptions } from '../../src/adapters/notify/index.ts';
import { type Answer, ok, startHookServer, status } from './hook-server.ts';
import { LOCALHOST_CERTIFICATE } from './localhost-certificate.ts';
import { noticeOf } from './notices.ts';

const SECRET = 'canary-webhook-secret-0123456789';
const FAST = { firstMs: 2, mostMs: 1_000 };

function hookOf(url: string, more: Partial<WebhookOptions> = {}) {
  return createWebhookNotifier({
    url,
    secret: SECRET,
    clock: systemClock(),
    random: systemRandom(),
    allowLoopback: true,
    timeoutMs: 2_000,
    backoff: FAST,
    ...more,
  });
}

describe('a webhook', () => {
  it('posts the notice as JSON, signed, under one idempotency key', async () => {
    const server = await startHookServer();
    await hookOf(`${server.url}?to=ops`).notify(noticeOf());
    const [arrival] = server.arrivals;
    expect(arrival).toMatchObject({ method: 'POST', path: '/hook?to=ops' });
    expect(JSON.parse(arrival?.body ?? '')).toEqual(noticeOf());
    expect(arrival?.headers).toMatchObject({
      host: `127.0.0.1:${server.port}`,
      'content-type': 'application/json; charset=utf-8',
      'idempotency-key': 'n1',
      'user-agent': 'castellan',
      'content-length': String(Buffer.byteLength(arrival?.body ?? '')),
    });
    const header = String(arrival?.headers[SIGNATURE_HEADER]);
    expect(verifyWebhook(SECRET, header, arrival?.body ?? '', Date.now())).toMatchObject({ ok: true });
    expect(verifyWebhook(SECRET, header, `${arrival?.body} `, Date.now())).toEqual({ ok: false, reason: 'signature' });
  });

  it('carries an id that is no name as its digest', async () => {
    const server = await startHookServer();
    await hookOf(server.url).notify(noticeOf({ id: 'caf\u00e9\r\nx-evil: 1' }));
    expect(server.arrivals[0]?.headers['idempotency-key']).toMatch(/^[0-9a-f]{64}$/);
    expect(server.arrivals[0]?.headers['x-evil']).toBeUndefined();
  });

  it('without a secret is not signed', async () => {
    const server = await startHookServer();
    await hookOf(server.url, { secret: undefined }).notify(noticeOf());
    expect(server.arrivals[0]?.headers[SIGNATURE_HEADER]).toBeUndefined();
  });

  it.each([500, 502, 503, 408, 425, 429])('tries again after %i, with the same key and a signature of its own', async (code) => {
    const server = await startHookServer(status(code));
    let answers = 0;
    server.answer = (response, arrival, request) => (++answers < 3 ? status(code) : ok)(response, arrival, request);
    await hookOf(server.url).notify(noticeOf());
    expect(server.arrivals.map(({ headers }) => headers['idempotency-key'])).toEqual(['n1', 'n1', 'n1']);
    for (const { headers, body } of server.arrivals)
      expect(verifyWebhook(SECRET, String(headers[SIGNATURE_HEADER]), body, Date.now())).toMatchObject({ ok: true });
  });

  it.each([400, 401, 404, 410, 418])('takes %i for an answer', async (code) => {
    const server = await startHookServer(status(code));
    const failure = hookOf(server.url).notify(noticeOf());
    await expect(failure).rejects.toMatchObject({
      code: 'NOTIFICATION_FAILED',
      details: { reason: 'status', status: code },
      retryable: false,
    });
    expect(server.arrivals).toHaveLength(1);
  });

  it.each([301, 302, 303, 307, 308, 300, 304])('follows no redirect (%i)', async (code) => {
    const target = await startHookServer();
    const server = await startHookServer(status(code, { location: target.url }));
    await expect(hookOf(server.url).notify(noticeOf())).rejects.toMatchObject({ details: { reason: 'redirect', status: code } });
    expect([server.arrivals.length, target.arrivals.length]).toEqual([1, 0]);
  });

  it('leaves a long Retry-After to its caller, and keeps a short one', async () => {
    const server = await startHookServer(status(503, { 'retry-after': '3600' }));
    await expect(hookOf(server.url).notify(noticeOf())).rejects.toMatchObject({ details: { status: 503 } });
    expect(server.arrivals).toHaveLength(1);
    server.answer = (response, arrival, request) =>
      (server.arrivals.length === 2 ? status(503, { 'retry-after': '1' }) : ok)(response, arrival, request);
    await hookOf(server.url).notify(noticeOf());
    expect((server.arrivals[2]?.atMs ?? 0) - (server.arrivals[1]?.atMs ?? 0)).toBeGreaterThanOrEqual(990);
  });

  const reset: Answer = (response) => response.socket?.resetAndDestroy();
  const never: Answer = () => undefined;
  const garbage: Answer = (response) => response.socket?.end('nonsense\r\n\r\n');
  const hugeHeader: Answer = (response) => response.socket?.write(`HTTP/1.1 200 OK\r\nx: ${'x'.repeat(40_000)}\r\n\r\n`);
  it.each([
    ['reset', reset, { code: 'NOTIFICATION_FAILED', details: { reason: 'unreachable', code: 'ECONNRESET' } }],
    ['silent', never, { code: 'TIMEOUT' }],
    ['speaking nonsense', garbage, { code: 'NOTIFICATION_FAILED', details: { reason: 'unreachable' } }],
    ['sending endless headers', hugeHeader, { code: 'NOTIFICATION_FAILED', details: { reason: 'unreachable' } }],
  ] as const)('that is %s is tried three times and given up, and leaves no connection', async (_, answer, expected) => {
    const server = await startHookServer(answer);
    await expect(hookOf(server.url, { timeoutMs: 100 }).notify(noticeOf())).rejects.toMatchObject({ ...expected, retryable: true });
    expect(server.arrivals).toHaveLength(3);
    await expect.poll(server.connections).toBe(0);
  });

  it('that drips bytes before its status is cut off in time', async () => {
    const server = await startHookServer((response) => {
      const drip = setInterval(() => response.socket?.write('H'), 20);
      response.socket?.on('close', () => clearInterval(drip));
      response.socket?.on('error', () => undefined);
    });
    const startMs = performance.now();
    await expect(hookOf(server.url, { timeoutMs: 150, attempts: 1 }).notify(noticeOf())).rejects.toBeDefined();
    expect(performance.now() - startMs).toBeLessThan(1_500);
  });

  it('is answered by the status: a body that hangs or never ends holds nobody up', async () => {
    const hanging = await startHookServer((response) => void response.writeHead(200, { 'content-length': '10' }).write('half'));
    let sent = 0;
    const endless = await startHookServer((response) => {
      response.writeHead(200);
      const more = (): void => {
        sent += 16_384;
        if (!response.destroyed && response.write('x'.repeat(16_384))) setImmediate(more);
        else response.once('drain', more);
      };
      more();
    });
    const startMs = performance.now();
    await hookOf(hanging.url, { timeoutMs: 60_000 }).notify(noticeOf());
    await hookOf(endless.url, { timeoutMs: 60_000 }).notify(noticeOf());
    expect(performance.now() - startMs).toBeLessThan(1_000);
    await expect.poll(hanging.connections, { timeout: 5_000 }).toBe(0);
    await expect.poll(endless.connections, { timeout: 5_000 }).toBe(0);
    expect(sent).toBeLessThan(16 * 1_024 * 1_024);
  });

  it('where nobody listens is unreachable', async () => {
    const server = await startHookServer();
    await server.close();
    await expect(hookOf(server.url).notify(noticeOf())).rejects.toMatchObject({ details: { reason: 'unreachable', code: 'ECONNREFUSED' } });
  });

  it('ends at once when it is told to, in an attempt and between two', async () => {
    const server = await startHookServer(never);
    const ended = new AbortController();
    const waiting = hookOf(server.url, { timeoutMs: 60_000 }).notify(noticeOf(), ended.signal);
    await expect.poll(() => server.arrivals.length).toBe(1);
    ended.abort(new Error('over'));
    await expect(waiting).rejects.toThrow('over');
    await expect.poll(server.connections).toBe(0);
    server.answer = status(500);
    const other = new AbortController();
    const pausing = hookOf(server.url, { backoff: { firstMs: 60_000, mostMs: 60_000 } }).notify(noticeOf(), other.signal);
    await expect.poll(() => server.arrivals.length).toBe(2);
    setTimeout(() => other.abort(new Error('over')), 20);
    await expect(pausing).rejects.toThrow('over');
  });

  it('refuses a notice beyond its size', async () => {
    const server = await startHookServer();
    await expect(hookOf(server.url).notify(noticeOf({ text: 'x'.repeat(70_000) }))).rejects.toMatchObject({
      details: { reason: 'too_large' },
    });
    expect(server.arrivals).toHaveLength(0);
  });

  it('over TLS takes a certificate that is valid for the name, and no other', async () => {
    const server = await startHookServer(ok, { secure: true });
    const ca = LOCALHOST_CERTIFICATE;
    await hookOf(server.url, { ca }).notify(noticeOf());
    await hookOf(server.url.replace('127.0.0.1', 'localhost'), { ca, lookup: async () => ['127.0.0.1'] }).notify(noticeOf());
    expect(server.arrivals).toHaveLength(2);
    await expect(hookOf(server.url).notify(noticeOf())).rejects.toMatchObject({ details: { reason: 'unreachable' } });
    const insecure = process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
    process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';
    try {
      await expect(hookOf(server.url).notify(noticeOf())).rejects.toMatchObject({ details: { reason: 'unreachable' } });
    } finally {
      if (insecure === undefined) delete process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
      else process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = insecure;
    }
    expect(server.arrivals).toHaveLength(2);
  });
});

describe('the name of a webhook', () => {
  it('is looked up once an attempt, and what was checked is what is connected to', async () => {
    const server = await startHookServer(status(500));
    const asked: string[] = [];
    const url = `http://localhost:${server.port}/hook`;
    const lookup = async (host: string) => {
      asked.push(host);
      return ['127.0.0.1'];
    };
    await expect(hookOf(url, { lookup }).notify(noticeOf())).rejects.toMatchObject({ details: { status: 500 } });
    expect(asked).toEqual(['localhost', 'localhost', 'localhost']);
    expect(server.arrivals.map(({ headers }) => headers.host)).toEqual(new Array(3).fill(`localhost:${server.port}`));
  });

  // Other systems give this machine one address only.
  it.runIf(process.platform === 'linux')('is not asked of anybody else: the system would say 127.0.0.1', async () => {
    const server = await startHookServer(ok, { host: '127.0.0.2' });
    await hookOf(`http://localhost:${server.port}/hook`, { lookup: async () => ['127.0.0.2'] }).notify(noticeOf());
    expect(server.arrivals).toHaveLength(1);
  });

  it('that leads elsewhere the second time is not followed there', async () => {
    const server = await startHookServer(status(500));
    let asked = 0;
    const lookup = async () => [['127.0.0.1'], ['169.254.169.254']][asked++] ?? ['10.0.0.1'];
    await expect(hookOf(`http://localhost:${server.port}/hook`, { lookup }).notify(noticeOf())).rejects.toMatchObject({
      details: { reason: 'address_refused' },
    });
    expect([asked, server.arrivals.length]).toEqual([2, 1]);
  });

  it('of the public kind that leads to this machine reaches nothing, loopback allowed or not', async () => {
    const server = await startHookServer(ok, { secure: true });
    for (const allowLoopback of [true, false]) {
      const hook = hookOf(`https://alerts.example.com:${server.port}/hook`, { lookup: async () => ['127.0.0.1'], allowLoopback });
      await expect(hook.notify(noticeOf())).rejects.toMatchObject({ details: { reason: 'address_refused' } });
    }
    expect(await server.connections()).toBe(0);
  });

  it('that is never answered ends with the attempt', async () => {
    const hook = hookOf('https://alerts.example.com/', { lookup: () => new Promise(() => undefined), timeoutMs: 50, attempts: 1 });
    await expect(hook.notify(noticeOf())).rejects.toMatchObject({ code: 'TIMEOUT' });
  });
});

describe('the options of a webhook', () => {
  it('are refused where notices must not go', () => {
    for (const url of ['http://alerts.example.com/', 'https://127.0.0.1/', 'https://u:canary@x.example.com/'])
      expect(() => hookOf(url, { allowLoopback: false })).toThrow(/CONFIG_INVALID/);
    expect(() => hookOf('https://alerts.example.com/', { secret: 'short' })).toThrow(/16 characters/);
  });

  it('stay unseen: secret and URL are in no id, error, inspection or JSON', async () => {
    const server = await startHookServer(status(404));
    const hook = hookOf(`${server.url}/canary-path?token=canary-token`);
    const error: unknown = await hook.notify(noticeOf()).catch((thrown: unknown) => thrown);
    const refused: unknown = await hookOf('https://alerts.example.com/canary-path', { lookup: async () => ['10.0.0.1'] })
      .notify(noticeOf())
      .catch((thrown: unknown) => thrown);
    for (const value of [hook, error, refused]) {
      const seen = `${inspect(value, { depth: 9, showHidden: true })} ${JSON.stringify(value)} ${String(value)} ${(value as Error).stack ?? ''}`;
      expect(seen).not.toContain('canary');
    }
    expect(hook.id).toMatch(/^webhook:[0-9a-f]{16}$/);
    expect(hookOf(`${server.url}/canary-path?token=canary-token`).id).toBe(hook.id);
    expect(hookOf(server.url).id).not.toBe(hook.id);
  });
});
