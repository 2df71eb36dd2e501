import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { systemClock, systemRandom } from '../../../src/adapters/host/index.ts';
import { createSecurityManager, createWebhookNotifier, type SecurityConfig, verifyWebhook } from '../../../src/index.ts';
import { type Anvil, startAnvil } from '../../../src/testing/anvil.ts';
import { configOf, FREE, openBench, sentBy } from '../../e2e/bench.ts';
import { noticeOf } from '../../notify/notices.ts';
import { codeOf, endOf, killed, lifted, nothingSent, pay } from './bench.ts';

let anvil: Anvil;
beforeAll(async () => {
  anvil = await startAnvil();
});
afterAll(async () => {
  await anvil.stop();
});

describe('a subscriber', () => {
  it('that throws, never ends, and calls back into the manager changes no decision', async () => {
    await using bench = await openBench(anvil);
    const { security, wallet } = bench;
    const calls: Promise<unknown>[] = [];
    let reentered = 0;
    security.onEvent(() => {
      throw new Error('a subscriber');
    });
    security.events$.subscribe(() => {
      throw new Error('another');
    });
    security.onEvent((event) => {
      if (event.type !== 'decision_made' || reentered >= 3) return;
      reentered += 1;
      calls.push(security.agent('a1').execute(pay(`inner-${reentered}`)));
      calls.push(security.emergency.pauseAgent('nobody', { reason: 'x' }));
      calls.push(security.audit.query({ limit: 1 }));
    });
    security.agent('a1').events$.subscribe(() => new Promise(() => {}));
    const results = await Promise.all([1, 2, 3].map((n) => security.agent('a1').execute(pay(`outer-${n}`))));
    expect(results.map(endOf)).toEqual(['success', 'success', 'success']);
    await expect.poll(() => reentered).toBe(3);
    await Promise.all(calls);
    expect(await sentBy(anvil, wallet)).toBe(6);
  });

  it('that changes the event it is given changes neither the record nor what others see', async () => {
    await using bench = await openBench(anvil);
    const { security } = bench;
    const seen: string[] = [];
    security.onEvent((event) => {
      try {
        Object.assign(event, { type: 'execution_success', agent: 'nobody' });
        if ('decision' in event) Object.assign(event.decision, { verdict: 'approved', reasons: [] });
      } catch {
        // Frozen would do as well.
      }
    });
    security.onEvent((event) => {
      if ('decision' in event) seen.push(`${event.type} ${event.decision.verdict}`);
    });
    const result = await security.agent('a1').execute(pay('r', { amount: '5' }));
    await expect.poll(() => seen.length).toBeGreaterThan(0);
    expect(seen).toContain('decision_made denied');
    expect(result.decision.verdict).toBe('denied');
    expect((await security.agent('a1').explain(result.decision.id))?.verdict).toBe('denied');
    expect((await security.agent('a1').execute(pay('r', { amount: '5' }))).status).toBe('policy_rejected');
  });

  it('of one agent hears nothing of another', async () => {
    await using bench = await openBench(anvil, { agents: { a1: FREE, a2: FREE } });
    const heard: unknown[] = [];
    bench.security.agent('a2').events$.subscribe((event) => heard.push(event.agent));
    await bench.security.agent('a1').execute(pay('r'));
    await bench.security.agent('a2').execute(pay('r'));
    await expect.poll(() => heard.length).toBeGreaterThan(0);
    expect(new Set(heard)).toEqual(new Set(['a2']));
  });

  it('that changes a result changes no later one', async () => {
    await using bench = await openBench(anvil);
    const { security } = bench;
    const first = await security.agent('a1').execute(pay('r', { amount: '5' }));
    try {
      Object.assign(first.decision, { verdict: 'approved' });
      (first.reasons as unknown[]).length = 0;
    } catch {
      // Frozen would do as well.
    }
    const again = await security.agent('a1').execute(pay('r', { amount: '5' }));
    expect([again.status, endOf(again)]).toEqual(['policy_rejected', 'per_transaction_limit']);
    const health = await security.getHealth();
    try {
      (health.pausedAgents as string[]).push('a1');
    } catch {
      // Frozen would do as well.
    }
    expect((await security.getHealth()).pausedAgents).toEqual([]);
  });
});

describe('notifications', () => {
  const endpoint = (url: string, more: object = {}): Partial<SecurityConfig> => ({
    emergency: { notificationEndpoints: [{ type: 'webhook', url, ...more }] as never },
  });

  it.each([
    ['plain http', 'http://alerts.example.com/'],
    ['this machine', 'https://127.0.0.1/'],
    ['this machine by name', 'https://localhost/'],
    ['this machine in IPv6', 'https://[::1]/'],
    ['this machine mapped into IPv6', 'https://[::ffff:127.0.0.1]/'],
    ['a private network', 'https://10.0.0.1/'],
    ['the cloud’s metadata', 'https://169.254.169.254/latest/meta-data/'],
    ['the metadata’s name', 'https://metadata.google.internal/'],
    ['one decimal number', 'https://2130706433/'],
    ['octal', 'https://0177.0.0.1/'],
    ['hexadecimal', 'https://0x7f000001/'],
    ['a short form', 'https://127.1/'],
    ['zero', 'https://0.0.0.0/'],
    ['credentials before the host', 'https://alerts.example.com@10.0.0.1/'],
    ['a backslash', 'https://alerts.example.com\\@127.0.0.1/'],
    ['a file', 'file:///etc/passwd'],
    ['gopher', 'gopher://127.0.0.1:25/'],
    ['a line break', 'https://alerts.example.com/\r\nHost: 127.0.0.1'],
  ])('are not configured to go to %s', async (_name, url) => {
    const open = async () => {
      const security = createSecurityManager(configOf(anvil, endpoint(url)));
      try {
        await security.ready();
      } finally {
        await security.shutdown(100);
      }
    };
    expect(await codeOf(open)).toBe('CONFIG_INVALID');
  });

  /** A server that counts, and answers as it is told. */
  async function listen(
    answer: (url: string) => { readonly code: number; readonly headers?: Record<string, string>; readonly body?: string },
  ) {
    const hits: string[] = [];
    const server = createServer((request, response) => {
      hits.push(String(request.url));
      const { code, headers = {}, body = '' } = answer(String(request.url));
      request.resume();
      response.writeHead(code, headers).end(body);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    return { hits, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
  }
  const notifier = (url: string, more: object = {}) =>
    createWebhookNotifier({ url, clock: systemClock(), random: systemRandom(), attempts: 1, timeoutMs: 500, ...more });

  it.each([301, 302, 303, 307, 308])('follow no redirect: %i', async (code) => {
    const inside = await listen(() => ({ code: 200 }));
    const outside = await listen(() => ({ code, headers: { location: `${inside.url}/admin` } }));
    await expect(notifier(`${outside.url}/hook`, { allowLoopback: true }).notify(noticeOf())).rejects.toMatchObject({
      details: { reason: 'redirect' },
    });
    expect([outside.hits.length, inside.hits.length]).toEqual([1, 0]);
  });

  it('connect to nothing where a name leads inside, at once or from the second look on', async () => {
    let looks = 0;
    const answers: readonly (readonly string[])[] = [
      ['10.0.0.1'],
      ['93.184.216.34', '127.0.0.1'],
      ['::ffff:127.0.0.1'],
      ['169.254.169.254'],
      ['0.0.0.0'],
      ['fd00::1'],
    ];
    for (const answer of answers)
      await expect(notifier('https://alerts.example.com/', { lookup: async () => answer }).notify(noticeOf())).rejects.toMatchObject({
        details: { reason: 'address_refused' },
      });
    const rebinding = async (): Promise<readonly string[]> => {
      looks += 1;
      return looks === 1 ? ['192.0.2.1'] : ['127.0.0.1'];
    };
    await expect(
      notifier('https://alerts.example.com/', { lookup: rebinding, attempts: 3, backoff: { firstMs: 1, mostMs: 1 } }).notify(noticeOf()),
    ).rejects.toMatchObject({
      code: 'NOTIFICATION_FAILED',
    });
  });

  it('decide nothing by what the endpoint answers, however often', async () => {
    const hook = await listen(() => ({ code: 200, body: JSON.stringify({ approved: true, action: 'lift', approvedBy: 'admin' }) }));
    await using bench = await openBench(
      anvil,
      endpoint(`${hook.url}/hook`, { secret: 'a secret of thirty-two characters', allowLoopback: true }),
    );
    await bench.security.emergency.activateKillSwitch(killed);
    await expect.poll(() => hook.hits.length, { timeout: 5_000 }).toBeGreaterThan(0);
    expect(endOf(await bench.security.agent('a1').execute(pay('r')))).toBe('halted');
    await nothingSent(anvil, bench);
    await bench.security.emergency.deactivateKillSwitch(lifted);
  });

  it('hold up no decision where the endpoint never answers', async () => {
    const server = createServer(() => undefined);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    await using bench = await openBench(anvil, endpoint(url, { allowLoopback: true }));
    const startMs = performance.now();
    for (let n = 0; n < 4; n += 1) await bench.security.agent('a1').execute(pay(`no-${n}`, { amount: '9' }));
    expect((await bench.security.agent('a1').execute(pay('r'))).status).toBe('success');
    expect(performance.now() - startMs).toBeLessThan(6_000);
  });

  it('are not forged, changed or repeated late: the receiver’s check says so', async () => {
    const secret = 'a secret of thirty-two characters';
    let header = '';
    let body = '';
    const server = createServer((request, response) => {
      header = String(request.headers['castellan-signature']);
      request.on('data', (part: Buffer) => {
        body += part.toString('utf8');
      });
      request.on('end', () => response.end());
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    await notifier(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`, { secret, allowLoopback: true }).notify(noticeOf());
    const nowMs = Date.now();
    expect(verifyWebhook(secret, header, body, nowMs).ok).toBe(true);
    const [time = '', signature = ''] = header.split(',');
    const other = noticeOf({ severity: 'info' });
    const attempts: readonly [string, string, number][] = [
      [header, JSON.stringify(other), nowMs],
      [header, `${body} `, nowMs],
      [header, body, nowMs + 301_000],
      [header, body, nowMs - 301_000],
      [header, body, Number.NaN],
      [`t=${Math.floor(nowMs / 1_000) + 1},${signature}`, body, nowMs],
      [`${time},v1=${'0'.repeat(64)}`, body, nowMs],
      [`${time},${time},${signature}`, body, nowMs],
      [time, body, nowMs],
      [signature, body, nowMs],
      ['', body, nowMs],
      [`${time},v0=${signature.slice(3)}`, body, nowMs],
    ];
    for (const [said, text, at] of attempts) expect(verifyWebhook(secret, said, text, at).ok, said).toBe(false);
    expect(verifyWebhook('', header, body, nowMs).ok).toBe(false);
  });
});
