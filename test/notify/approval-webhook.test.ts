import { describe, expect, it, onTestFinished } from 'vitest';
import { systemClock, systemRandom } from '../../src/adapters/host/index.ts';
import { createApprovalWebhook, signApprovalWebhook, verifyApprovalWebhook } from '../../src/adapters/notify/index.ts';
import { createMemoryStore } from '../../src/adapters/store/memory/index.ts';
import { createManualClock } from '../../src/testing/manual-clock.ts';
import { createBench, toLogCommand } from '../approvals/bench.ts';
import { ok, startHookServer, status } from './hook-server.ts';

const SECRET = 'canary-approval-secret-0123456789';
const clock = systemClock();
const never = async () => {
  throw new Error('no provider answers here');
};

function hooked(url: string, more: Partial<Parameters<typeof createApprovalWebhook>[0]> = {}) {
  const store = more.store ?? createMemoryStore({ clock });
  const fast = { firstMs: 2, mostMs: 5 };
  const options = { url, secret: SECRET, clock, random: systemRandom(), store, allowLoopback: true, timeoutMs: 1_000, backoff: fast };
  return createApprovalWebhook({ tenant: 'test', command: toLogCommand, ...options, ...more });
}
/** An errand that lasts until the test ends. */
function errandOf(isOpen = async () => true) {
  const end = new AbortController();
  onTestFinished(() => end.abort());
  const state = async (): Promise<'pending' | 'rejected'> => ((await isOpen()) ? 'pending' : 'rejected');
  return { isOpen, state, ended: end.signal, end: () => end.abort() };
}
const asked = async (changes: object = {}) => (await createBench()).request(changes);

describe('a webhook of approvals', () => {
  it('posts the whole request, signed with time and nonce, under the id of the request, and then no more', async () => {
    const server = await startHookServer();
    const store = createMemoryStore({ clock });
    const request = await asked({ quorum: { approver: 2 } });
    const webhook = hooked(server.url, { store });
    await webhook.notify(request, never, errandOf());
    await webhook.notify(request, never, errandOf());
    // Another process, or this one after a restart.
    await hooked(server.url, { store }).notify(request, never, errandOf());
    expect(server.arrivals).toHaveLength(1);
    const [arrival] = server.arrivals;
    if (arrival === undefined) throw new Error('nothing arrived');
    const { headers, body, method } = arrival;
    expect([method, headers['idempotency-key'], JSON.parse(body)]).toEqual([
      'POST',
      request.id,
      { v: 1, type: 'approval_request', request },
    ]);
    const header = String(headers['castellan-signature']);
    const check = (over: object = {}) =>
      verifyApprovalWebhook(SECRET, { direction: 'request', header, body, nowMs: Date.now(), ...over }).ok;
    expect(check()).toBe(true);
    for (const over of [{ body: `${body} ` }, { direction: 'reply' }, { nowMs: Date.now() + 301_000 }, { nowMs: Number.NaN }])
      expect(check(over), JSON.stringify(over)).toBe(false);
    expect(webhook.health()).toMatchObject({ failures: 0, lastError: null, lastDeliveredAtMs: expect.any(Number) });
  });

  it.each([500, 429, 403, 307])('tries again after %i, with another nonce each time, until it is taken', async (code) => {
    const elsewhere = await startHookServer();
    const server = await startHookServer();
    server.answer = (...given) => (server.arrivals.length < 4 ? status(code, { location: elsewhere.url }) : ok)(...given);
    const webhook = hooked(server.url);
    await webhook.notify(await asked(), never, errandOf());
    expect([server.arrivals.length, elsewhere.arrivals.length]).toEqual([4, 0]);
    const nonces = server.arrivals.map(({ headers }) => /n=([^,]+)/.exec(String(headers['castellan-signature']))?.[1]);
    expect(new Set(nonces).size).toBe(4);
    expect(webhook.health().failures).toBe(0);
  });

  it('stops once the request is answered, or the manager closes', async () => {
    const server = await startHookServer(status(503));
    let open = true;
    const first = hooked(server.url).notify(
      await asked(),
      never,
      errandOf(async () => open),
    );
    await expect.poll(() => server.arrivals.length).toBeGreaterThan(1);
    open = false;
    await first;
    const errand = errandOf();
    const second = hooked(server.url, { backoff: { firstMs: 60_000, mostMs: 60_000 } }).notify(await asked(), never, errand);
    const seen = server.arrivals.length;
    await expect.poll(() => server.arrivals.length).toBeGreaterThan(seen);
    errand.end();
    await Promise.allSettled([second]);
  });

  it('goes on after a restart with what was not delivered', async () => {
    const server = await startHookServer(status(503));
    const store = createMemoryStore({ clock });
    const request = await asked();
    const dying = errandOf();
    const first = hooked(server.url, { store }).notify(request, never, dying);
    await expect.poll(() => server.arrivals.length).toBeGreaterThan(0);
    dying.end();
    await Promise.allSettled([first]);
    server.answer = ok;
    const before = server.arrivals.length;
    await hooked(server.url, { store }).notify(request, never, errandOf());
    // What the first one had under way may arrive as well: it is delivered at least once.
    expect(server.arrivals.length).toBeGreaterThan(before);
  });

  it('lets no agent hold up the requests of another', async () => {
    const server = await startHookServer((response, arrival) => {
      if (arrival.body.includes('"agent":"busy"')) setTimeout(() => response.end(), 8_000).unref();
      else response.end();
    });
    const webhook = hooked(server.url, { timeoutMs: 10_000 });
    const bench = await createBench();
    const flood = Array.from({ length: 20 }, () => webhook.notify(bench.request({ agent: 'busy' }), never, errandOf()));
    await webhook.notify(bench.request({ agent: 'calm' }), never, errandOf());
    expect(server.arrivals.filter(({ body }) => body.includes('busy')).length).toBeLessThan(2);
    for (const one of flood) Promise.resolve(one).catch(() => undefined);
  });

  it('has sixteen connections at once, however many agents ask', async () => {
    let [now, most] = [0, 0];
    const server = await startHookServer((response) => {
      now += 1;
      most = Math.max(most, now);
      setTimeout(() => {
        now -= 1;
        response.end();
      }, 20);
    });
    const webhook = hooked(server.url, { timeoutMs: 10_000 });
    const bench = await createBench();
    await Promise.all(Array.from({ length: 64 }, (_, n) => webhook.notify(bench.request({ agent: `agent-${n}` }), never, errandOf())));
    expect([server.arrivals.length, most]).toEqual([64, 16]);
  });

  it('is handed again by the inbox what waits for a minute', async () => {
    const handed: string[] = [];
    const provider = { name: 'keeps account', resumes: true, notify: ({ id }: { id: string }) => void handed.push(id) };
    const once = { name: 'told once', notify: ({ id }: { id: string }) => void handed.push(`once ${id}`) };
    const bench = await createBench({ providers: [provider, once] });
    const request = bench.request({ expiresAtMs: bench.clock.nowMs() + 600_000 });
    await bench.approvals.open(request);
    await bench.approvals.expire();
    expect(handed).toEqual([request.id, `once ${request.id}`]);
    bench.clock.advance(60_000);
    await bench.approvals.expire();
    expect(handed).toEqual([request.id, `once ${request.id}`, request.id]);
    bench.clock.advance(600_000);
    await bench.approvals.expire();
    expect(handed).toHaveLength(3);
  });
});

describe('where it may lead', () => {
  it.each([
    ['http://hooks.acme.example/'],
    ['https://169.254.169.254/latest/meta-data'],
    ['https://127.0.0.1/'],
    ['https://user@hooks.acme.example/'],
    ['https://[::1]/'],
  ])('not to %s', (url) => {
    expect(() => hooked(url, { allowLoopback: false })).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }));
  });

  it.each([
    ['the metadata service', ['169.254.169.254']],
    ['a private address', ['10.0.0.1']],
    ['this machine', ['127.0.0.1']],
    ['a public address beside a private one', ['93.184.216.34', '192.168.1.1']],
    ['an IPv4 address in IPv6', ['::ffff:169.254.169.254']],
  ])('not where the name leads to %s by now', async (_, addresses) => {
    let lookups = 0;
    const lookup = async () => {
      lookups += 1;
      return addresses;
    };
    const webhook = hooked('https://hooks.acme.example/', { lookup, allowLoopback: false });
    const errand = errandOf();
    const delivery = webhook.notify(await asked(), never, errand);
    await expect.poll(() => webhook.health().failures).toBeGreaterThan(1);
    errand.end();
    await Promise.allSettled([delivery]);
    expect(webhook.health().lastError).toBe('NOTIFICATION_FAILED address_refused');
    expect(lookups).toBeGreaterThan(1);
  });

  it('connects to what was checked, and asks for the name once an attempt', async () => {
    const server = await startHookServer();
    const answers = [['127.0.0.1'], ['169.254.169.254']];
    let lookups = 0;
    const lookup = async () => answers[lookups++] ?? [];
    await hooked(`http://localhost:${server.port}/`, { lookup }).notify(await asked(), never, errandOf());
    expect([server.arrivals.length, lookups]).toEqual([1, 1]);
  });
});

it('a signature is of one form only', () => {
  const nonce = '0123456789abcdef';
  const nowMs = createManualClock().nowMs();
  const header = signApprovalWebhook(SECRET, { direction: 'reply', body: '{}', nonce, nowMs });
  const check = (given: string, body: string | Uint8Array = '{}') =>
    verifyApprovalWebhook(SECRET, { direction: 'reply', header: given, body, nowMs }).ok;
  expect(check(header)).toBe(true);
  const wrong = [
    header.toUpperCase(),
    `${header},v1=00`,
    header.replace('t=', 't=0'),
    header.replace(nonce, `${nonce}0`),
    `${header} `,
    '',
  ];
  for (const given of wrong) expect(check(given), given).toBe(false);
  expect(check(header, new Uint8Array([0x7b, 0x7d, 0xff]))).toBe(false);
  expect(() => signApprovalWebhook(SECRET, { direction: 'reply', body: '{}', nonce: 'short', nowMs })).toThrow(TypeError);
});
