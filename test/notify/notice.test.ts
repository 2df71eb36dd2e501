import { describe, expect, it } from 'vitest';
import { systemClock, systemRandom } from '../../src/adapters/host/index.ts';
import { FLOOD_WINDOW_MS, hasRoom, isAtLeast, isOver, newWindow, summaryOf, withHeld, withTold } from '../../src/adapters/notify/flood.ts';
import { createNotifiers, notificationEndpointSchema, smtpSchema } from '../../src/adapters/notify/index.ts';
import { MAX_NOTICE_TEXT, toNotice } from '../../src/adapters/notify/notice.ts';
import { plainLine, plainText } from '../../src/adapters/notify/plain-text.ts';
import { describeIssues, type SecurityEvent } from '../../src/core/index.ts';
import { AT_MS, eventOf, noticeOf } from './notices.ts';

const PLAIN = /^[\x20-\x7e\n]*$/;

describe('a notice', () => {
  it('says what happened, to whom, when, and where to look it up', () => {
    const notice = toNotice(eventOf(1, { severity: 'error' }));
    expect(notice).toMatchObject({
      v: 1,
      id: 'event-00000001',
      severity: 'error',
      count: 1,
      event: { id: 'event-00000001', type: 'policy_rejected', agent: 'a1' },
      title: 'castellan error: A request was denied (agent a1)',
    });
    expect(notice.text.split('\n')).toEqual([
      'A request was denied.',
      '',
      'event: policy_rejected',
      'severity: error',
      'agent: a1',
      'tenant: acme',
      'at: 2023-11-14T22:13:20.001Z',
      'id: event-00000001',
      '',
      'requestId: r1',
      'reason: spend_exceeds_cap',
    ]);
  });

  it('of an emergency and of a decision says what matters of them', () => {
    const kill = eventOf(1, {
      type: 'emergency_changed',
      severity: 'critical',
      agent: null,
      change: { kind: 'kill', reason: 'key seen' },
      epoch: 7,
      details: { by: 'ops' },
    });
    expect(toNotice(kill)).toMatchObject({ title: 'castellan critical: The emergency state changed: kill' });
    expect(toNotice(kill).text).toContain('change.reason: key seen\nepoch: 7\nby: ops');
    const decision = {
      verdict: 'escalated',
      requestId: 'r9',
      riskScore: 71,
      chain: 'eip155:1',
      reasons: [{ code: 'risk_high' }, { code: 'x' }],
      facts: { secret: 1 },
    };
    const { text } = toNotice(eventOf(2, { type: 'decision_made', decision }));
    expect(text).toContain('verdict: escalated\nrequestId: r9\nchain: eip155:1\nriskScore: 71\nreasons: risk_high, x');
    expect(text).not.toContain('facts');
  });

  it('holds what others wrote on one line each, in printable ASCII', () => {
    const evil = 'ok\nseverity: info\r\n\u202egnp.exe\u0000\u200b\u2028é\ud800';
    const event = eventOf(1, {
      agent: evil,
      tenant: evil,
      id: evil,
      details: { [evil]: evil, list: [evil, { deep: evil }], nested: { [evil]: { [evil]: { [evil]: evil } } } },
    });
    const { title, text } = toNotice(event);
    expect(title).toMatch(/^[\x20-\x7e]{1,120}$/);
    expect(text).toMatch(PLAIN);
    expect(text.split('\n').filter((line) => line === 'severity: info')).toEqual([]);
    expect(text).toContain('ok\\u{a}severity: info\\u{d}\\u{a}\\u{202e}gnp.exe\\u{0}\\u{200b}\\u{2028}\\u{e9}\\u{d800}');
  });

  it('is bounded, whatever the event holds', () => {
    const wide = Object.fromEntries(Array.from({ length: 5_000 }, (_, index) => [`field${index}`, 'x'.repeat(5_000)]));
    const deep: Record<string, unknown> = {};
    for (let level = 0, at = deep; level < 5_000; level += 1) at = at['d'] = {} as Record<string, unknown>;
    for (const details of [wide, { wide }, { list: new Array(100_000).fill('y') }, deep, { text: 'z'.repeat(1e6) }]) {
      const startMs = performance.now();
      const { text } = toNotice(eventOf(1, { details }));
      expect(text.length).toBeLessThanOrEqual(MAX_NOTICE_TEXT);
      expect(performance.now() - startMs).toBeLessThan(500);
    }
    expect(plainLine('x'.repeat(1e7), 10)).toBe('xxxxxxx...');
    expect(plainText('line\n'.repeat(1e4), 100).length).toBeLessThanOrEqual(100);
  });

  it('withholds what looks like a secret, should one ever get into an event', () => {
    const phrase = 'legal winner thank year wave sausage worth useful legal winner thank yellow';
    const details = {
      passphrase: 'canary-1',
      password: 'canary-2',
      apiKey: 'canary-3',
      api_key: 'canary-4',
      privateKey: 'canary-5',
      encryption_key: 'canary-6',
      mnemonic: 'canary-7',
      seedPhrase: 'canary-8',
      clientSecret: 'canary-9',
      credentials: { user: 'canary-a' },
      oneTimeCode: 'canary-b',
      sealed: 'canary-c',
      bearer: 'canary-d',
      note: phrase,
      reason: `words: ${phrase}, so`,
      pem: '-----BEGIN PRIVATE KEY-----\ncanary-e',
      endpoint: 'https://user:canary-f@rpc.example.com/',
      list: ['fine', phrase],
      deep: { recoveryPhrase: 'canary-g' },
      keyId: 'key-1',
      token: 'eip155:1/erc20:0xabc',
    };
    const { text, title } = toNotice(eventOf(1, { details }));
    expect(`${title}${text}`).not.toMatch(/canary|winner/);
    expect(text).toContain('passphrase: (withheld)');
    expect(text).toContain('keyId: key-1');
    expect(text).toContain('token: eip155:1/erc20:0xabc');
  });

  it('of an event of a type that is not known yet is one all the same', () => {
    expect(toNotice(eventOf(1, { type: 'later_event', at: 1e300 }) as SecurityEvent).title).toBe('castellan warning: An event (agent a1)');
  });
});

describe('a flood', () => {
  it('is measured by severity, in windows of a minute', () => {
    let window = newWindow(AT_MS);
    for (let index = 0; index < 3; index += 1) window = withTold(window, 'warning');
    expect([hasRoom(window, 'warning', 3), hasRoom(window, 'critical', 3)]).toEqual([false, true]);
    expect([
      isOver(window, AT_MS),
      isOver(window, AT_MS + FLOOD_WINDOW_MS - 1),
      isOver(window, AT_MS + FLOOD_WINDOW_MS),
      isOver(window, AT_MS - 1),
    ]).toEqual([false, false, true, true]);
    expect([isAtLeast('error', 'warning'), isAtLeast('info', 'warning'), isAtLeast('odd' as 'info', 'critical')]).toEqual([
      true,
      false,
      true,
    ]);
  });

  it('is summed up by kind, bounded in kinds, with its worst severity', () => {
    let window = newWindow(AT_MS);
    for (let index = 0; index < 500; index += 1)
      window = withHeld(window, eventOf(index, { agent: `agent\n${index % 50}`, severity: index === 77 ? 'error' : 'warning' }));
    const { held } = window;
    expect(Object.keys(held?.groups ?? {})).toHaveLength(21);
    if (held === null) throw new Error('nothing was held');
    const summary = summaryOf(held, { id: 's', at: AT_MS, tenant: 'acme' });
    expect(summary).toMatchObject({ count: 500, severity: 'error', event: null });
    expect(summary.text).toMatch(PLAIN);
    expect(summary.text).toContain('300 x others\n10 x policy_rejected agent\\u{a}');
    expect(summary.text).toContain('from: 2023-11-14T22:13:20.000Z');
  });
});

describe('endpoints of a configuration', () => {
  const on = { clock: systemClock(), random: systemRandom() };
  const problemsOf = (endpoint: unknown): readonly string[] => {
    const parsed = notificationEndpointSchema.safeParse(endpoint);
    return parsed.success ? [] : describeIssues(parsed.error);
  };

  it('are taken as the documentation writes them', () => {
    expect(problemsOf({ type: 'webhook', url: 'https://alerts.example.com' })).toEqual([]);
    expect(problemsOf({ type: 'email', address: 'security@example.com' })).toEqual([]);
    expect(problemsOf({ type: 'webhook', url: 'http://127.0.0.1:1/', allowLoopback: true })).toEqual([]);
  });

  it('are refused with the field that is wrong, and without its value', () => {
    expect(problemsOf({ type: 'webhook', url: 'http://canary.example.com' })).toEqual(['url: notices are not sent to this URL (scheme)']);
    expect(problemsOf({ type: 'webhook', url: 'https://169.254.169.254/' })).toEqual(['url: notices are not sent to this URL (host)']);
    expect(problemsOf({ type: 'email', address: 'a@example.com\r\nBcc: x@example.com' })).toEqual([
      'address: must be one plain address such as security@example.com',
    ]);
    expect(problemsOf({ type: 'webhook', url: 'https://alerts.example.com', more: 1 })).toEqual(['more: unknown field']);
    expect(problemsOf({ type: 'pager', number: 1 })).toHaveLength(1);
    expect(problemsOf({ type: 'webhook', url: 'https://alerts.example.com', secret: 'short' })).toHaveLength(1);
    expect(smtpSchema.safeParse({ host: 'a b', from: 'x' }).success).toBe(false);
  });

  it('become notifiers, each once', () => {
    const smtp = smtpSchema.parse({ host: 'mail.example.com', from: 'castellan@example.com', user: 'u', pass: 'canary' });
    expect(smtp).toMatchObject({ port: 587, secure: false });
    const endpoints = [
      notificationEndpointSchema.parse({ type: 'webhook', url: 'https://alerts.example.com' }),
      notificationEndpointSchema.parse({ type: 'email', address: 'security@example.com' }),
      notificationEndpointSchema.parse({ type: 'webhook', url: 'https://alerts.example.com' }),
      notificationEndpointSchema.parse({ type: 'email', address: 'other@example.com', smtp }),
    ];
    const made = createNotifiers(endpoints, { ...on, smtp });
    expect(made.map(({ id }) => id.replace(/[0-9a-f]{16}$/, '…'))).toEqual(['webhook:…', 'email:…', 'email:…']);
    expect(JSON.stringify(made)).not.toContain('canary');
    // Added later, the server finds the notices that waited for it.
    expect(createNotifiers(endpoints.slice(1, 2), on)[0]?.id).toBe(made[1]?.id);
  });

  it('of mail without a server fail at each notice, so that it is kept', async () => {
    const [mailer] = createNotifiers([notificationEndpointSchema.parse({ type: 'email', address: 'security@example.com' })], on);
    await expect(mailer?.notify(noticeOf())).rejects.toMatchObject({ code: 'NOTIFICATION_FAILED', details: { reason: 'smtp_missing' } });
  });
});
