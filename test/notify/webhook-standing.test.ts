import { describe, expect, it, onTestFinished } from 'vitest';
import { systemRandom } from '../../src/adapters/host/index.ts';
import { type ApprovalWebhook, createApprovalWebhook } from '../../src/adapters/notify/index.ts';
import { createWebhookStanding } from '../../src/adapters/notify/webhook-standing.ts';
import { createMemoryStore } from '../../src/adapters/store/memory/index.ts';
import type { ApprovalRecord, Store } from '../../src/core/index.ts';
import { createManualClock, type ManualClock } from '../../src/testing/manual-clock.ts';
import { createBench, toLogCommand } from '../approvals/bench.ts';
import { ok, startHookServer, status } from './hook-server.ts';

const SECRET = 'canary-approval-secret-0123456789';
const never = async () => {
  throw new Error('no provider answers here');
};
const eventsOf = async (store: Store) =>
  (await store.log(0)).map(({ entry }) => JSON.parse(entry)).filter(({ details }) => details.part === 'approval_webhook');

async function scene() {
  const clock = createManualClock();
  const store = createMemoryStore({ clock });
  const server = await startHookServer(status(503));
  const end = new AbortController();
  onTestFinished(() => end.abort());
  let now: ApprovalRecord['state'] = 'pending';
  const errand = { isOpen: async () => now === 'pending', state: async () => now, ended: end.signal };
  const webhook = () =>
    createApprovalWebhook({
      ...{ url: server.url, secret: SECRET, clock, store, allowLoopback: true, tenant: 'test', command: toLogCommand },
      ...{ random: systemRandom(), backoff: { firstMs: 20_000, mostMs: 20_000 }, timeoutMs: 7_200_000 },
    });
  const request = (await createBench()).request({ createdAtMs: clock.nowMs(), expiresAtMs: clock.nowMs() + 3_600_000 });
  return { clock, store, server, errand, webhook, request, become: (state: ApprovalRecord['state']) => (now = state) };
}
/** Lets the next attempts come, one after another: each is over before time moves on. */
async function attempts(clock: ManualClock, webhook: ApprovalWebhook, arrivals: readonly unknown[], count: number): Promise<void> {
  for (let n = 0; n < count; n += 1) {
    const seen = arrivals.length;
    await expect.poll(() => webhook.health().failures).toBe(seen);
    clock.advance(20_000);
    await expect.poll(() => arrivals.length).toBe(seen + 1);
  }
}

describe('a webhook of approvals that keeps failing', () => {
  it('is told once, after a minute, and once more when it works again', async () => {
    const at = await scene();
    const webhook = at.webhook();
    const delivery = Promise.resolve(webhook.notify(at.request, never, at.errand));
    await expect.poll(() => at.server.arrivals.length).toBe(1);
    await attempts(at.clock, webhook, at.server.arrivals, 2);
    expect(await eventsOf(at.store)).toEqual([]);
    await attempts(at.clock, webhook, at.server.arrivals, 6);
    await expect.poll(() => eventsOf(at.store)).toHaveLength(1);
    const [event] = await eventsOf(at.store);
    expect(event).toMatchObject({
      ...{ type: 'health_changed', severity: 'error', agent: null, tenant: 'test' },
      details: { state: 'failing', error: 'NOTIFICATION_FAILED status 503', approvalId: at.request.id },
    });
    expect(event.details.forMs).toBeGreaterThanOrEqual(60_000);
    expect(event.details.webhook).toMatch(/^webhook:[0-9a-f]{16}$/);
    expect(JSON.stringify(event)).not.toContain(SECRET);
    at.server.answer = ok;
    await attempts(at.clock, webhook, at.server.arrivals, 1);
    await delivery;
    expect((await eventsOf(at.store)).map(({ details, severity }) => [details.state, severity])).toEqual([
      ['failing', 'error'],
      ['working', 'info'],
    ]);
  });

  it('and got a request to nobody in time is told, once for all processes that tried', async () => {
    const at = await scene();
    const webhooks = [at.webhook(), at.webhook()];
    const tries = webhooks.map((webhook) => Promise.resolve(webhook.notify(at.request, never, at.errand)));
    await expect.poll(() => webhooks.map((webhook) => webhook.health().failures)).toEqual([1, 1]);
    at.become('expired');
    at.clock.advance(3_600_000);
    await Promise.all(tries);
    const events = (await eventsOf(at.store)).filter(({ details }) => details.state === 'undelivered');
    expect(events).toMatchObject([
      {
        severity: 'error',
        agent: 'a1',
        details: { approvalId: at.request.id, requestId: at.request.requestId, error: expect.any(String) },
      },
    ]);
    // Whoever is handed it again has nothing to do, and nothing to tell.
    await at.webhook().notify(at.request, never, at.errand);
    expect(at.server.arrivals).toHaveLength(2);
    expect(await eventsOf(at.store)).toHaveLength(events.length);
  });

  it.each(['approved', 'rejected', 'used'] as const)('tells nothing of a request that is %s meanwhile', async (state) => {
    const at = await scene();
    const webhook = at.webhook();
    const delivery = Promise.resolve(webhook.notify(at.request, never, at.errand));
    await expect.poll(() => webhook.health().failures).toBe(1);
    at.become(state);
    at.clock.advance(3_600_000);
    await delivery;
    expect(await eventsOf(at.store)).toEqual([]);
  });
});

describe('its standing', () => {
  const open = async () => {
    const { clock, store, request } = await scene();
    const docs = { standingDoc: 'w/standing', sentDoc: (id: string) => `w/sent/${id}` };
    const teller = () =>
      createWebhookStanding({ clock, store, random: systemRandom(), tenant: 'test', command: toLogCommand, id: 'webhook:1', ...docs });
    return { clock, store, request, teller, states: async () => (await eventsOf(store)).map(({ details }) => details.state) };
  };

  it('is one for all processes, and flaps once a minute at most', async () => {
    const { clock, request, teller, states } = await open();
    const [cut, fine] = [teller(), teller()];
    await cut.failed('x', request);
    clock.advance(60_000);
    await Promise.all([cut.failed('x', request), cut.failed('x', request)]);
    expect(await states()).toEqual(['failing']);
    for (let n = 0; n < 5; n += 1) {
      await fine.taken();
      await cut.failed('x', request);
    }
    expect(await states()).toEqual(['failing', 'working']);
    clock.advance(60_000);
    await cut.failed('x', request);
    expect(await states()).toEqual(['failing', 'working', 'failing']);
    await cut.taken();
    clock.advance(60_000);
    // A success begins the minute anew.
    await cut.failed('x', request);
    expect(await states()).toEqual(['failing', 'working', 'failing', 'working']);
  });

  it('of one that always worked is no news, and a store that is away makes nobody fail', async () => {
    const { clock, store, request, teller, states } = await open();
    const one = teller();
    await one.taken();
    expect(await states()).toEqual([]);
    await store.close();
    await one.failed('x', request);
    clock.advance(120_000);
    await one.failed('x', request);
    await one.taken();
    await one.missed(null, request);
  });
});
