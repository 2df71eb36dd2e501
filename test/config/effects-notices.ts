import { expect } from 'vitest';
import { type SecurityConfig, verifyWebhook } from '../../src/index.ts';
import { type HookServer, startHookServer } from '../notify/hook-server.ts';
import { type MailServer, startMailServer } from '../notify/mail-server.ts';
import { codeOf, open } from './bench.ts';
import type { Effects } from './effect.ts';

type Endpoint = NonNullable<NonNullable<SecurityConfig['emergency']>['notificationEndpoints']>[number];
const SECRET = 'a secret of thirty-two characters';

/** Kills, and waits until `told` says that somebody heard, or for as long as it would take. */
async function kill(emergency: SecurityConfig['emergency'], told: () => boolean): Promise<boolean> {
  await using security = open({ emergency: { autoResponseTriggers: [], ...emergency } });
  await security.start();
  await security.emergency.activateKillSwitch({ reason: 'drill', triggeredBy: 'operator' });
  for (let waited = 0; waited < 4_000 && !told(); waited += 20) await new Promise((resolve) => setTimeout(resolve, 20));
  return told();
}
const hooked = async (endpoint: (hook: HookServer) => Endpoint): Promise<HookServer> => {
  const hook = await startHookServer();
  expect(await kill({ notificationEndpoints: [endpoint(hook)] }, () => hook.arrivals.length > 0)).toBe(true);
  return hook;
};
const mailed = async (toEmergency: (mail: MailServer) => NonNullable<SecurityConfig['emergency']>): Promise<MailServer> => {
  const mail = await startMailServer();
  expect(await kill(toEmergency(mail), () => mail.mails.length > 0)).toBe(true);
  return mail;
};
const smtpOf = ({ port }: MailServer) => ({ host: '127.0.0.1', port, from: 'castellan@example.com' });
const mail = (title: string) => ({ file: 'test/notify/email.test.ts', title });
const TLS = mail('goes over STARTTLS, or TLS from the first byte, with a certificate that is valid, and logs in there');

/** An own mail server of an endpoint is taken before everybody's; the settings inside are the same ones. */
const ownServer = async (): Promise<MailServer> => {
  const shared = await startMailServer();
  const own = await mailed((server) => ({
    smtp: smtpOf(shared),
    notificationEndpoints: [{ type: 'email', address: 'a@example.com', smtp: { ...smtpOf(server), from: 'own@example.com' } }],
  }));
  expect(shared.mails).toEqual([]);
  return own;
};

/** Fields of who is told. */
export const NOTICE_EFFECTS: Effects = {
  'emergency.notificationEndpoints[].type': async () => {
    await hooked(({ url }) => ({ type: 'webhook', url, allowLoopback: true }));
    await mailed((server) => ({ smtp: smtpOf(server), notificationEndpoints: [{ type: 'email', address: 'a@example.com' }] }));
  },
  'emergency.notificationEndpoints[].url': async () => {
    const other = await startHookServer();
    const hook = await hooked(({ url }) => ({ type: 'webhook', url: `${url}/of/ours`, allowLoopback: true }));
    expect([hook.arrivals[0]?.path, other.arrivals.length]).toEqual(['/hook/of/ours', 0]);
  },
  'emergency.notificationEndpoints[].secret': async () => {
    const signed = await hooked(({ url }) => ({ type: 'webhook', url, secret: SECRET, allowLoopback: true }));
    const header = String(signed.arrivals[0]?.headers['castellan-signature']);
    expect(verifyWebhook(SECRET, header, signed.arrivals[0]?.body ?? '', Date.now())).toMatchObject({ ok: true });
    const unsigned = await hooked(({ url }) => ({ type: 'webhook', url, allowLoopback: true }));
    expect(unsigned.arrivals[0]?.headers).not.toHaveProperty('castellan-signature');
  },
  'emergency.notificationEndpoints[].allowLoopback': async () => {
    const at = (allowLoopback: boolean) =>
      codeOf(async () => open({ emergency: { notificationEndpoints: [{ type: 'webhook', url: 'http://127.0.0.1:9/x', allowLoopback }] } }));
    expect([await at(true), await at(false)]).toEqual(['nothing thrown', 'CONFIG_INVALID']);
  },
  'emergency.notificationEndpoints[].address': async () => {
    const server = await mailed((to) => ({
      smtp: smtpOf(to),
      notificationEndpoints: [{ type: 'email', address: 'security@example.com' }],
    }));
    expect(server.mails[0]?.to).toEqual(['security@example.com']);
  },
  'emergency.notificationEndpoints[].smtp.host': async () => void (await ownServer()),
  'emergency.notificationEndpoints[].smtp.port': async () => void (await ownServer()),
  'emergency.notificationEndpoints[].smtp.from': async () => expect((await ownServer()).mails[0]?.from).toBe('own@example.com'),
  'emergency.notificationEndpoints[].smtp.secure': TLS,
  'emergency.notificationEndpoints[].smtp.user': TLS,
  'emergency.notificationEndpoints[].smtp.pass': TLS,
  'emergency.notificationEndpoints[].smtp.ca': TLS,
  'emergency.smtp.host': async () => {
    const server = await startMailServer();
    const emergency = { notificationEndpoints: [{ type: 'email', address: 'a@example.com' }] } as const;
    expect(await kill({ ...emergency, smtp: smtpOf(server) }, () => server.mails.length > 0)).toBe(true);
    const before = server.mails.length;
    // A name that nobody has: the mail goes nowhere else instead.
    await using security = open({
      emergency: { ...emergency, autoResponseTriggers: [], smtp: { ...smtpOf(server), host: 'mail.invalid' } },
    });
    await security.start();
    await security.emergency.activateKillSwitch({ reason: 'drill', triggeredBy: 'operator' });
    await expect.poll(async () => (await security.getHealth()).notifications.notifiers[0]?.failures, { timeout: 8_000 }).toBeGreaterThan(0);
    expect(server.mails.length).toBe(before);
  },
  'emergency.smtp.port': async () => {
    const [server, other] = [await startMailServer(), await startMailServer()];
    const emergency = { notificationEndpoints: [{ type: 'email', address: 'a@example.com' }], smtp: smtpOf(server) } as const;
    expect(await kill(emergency, () => server.mails.length > 0)).toBe(true);
    expect(other.mails).toEqual([]);
  },
  'emergency.smtp.from': async () => {
    const server = await mailed((to) => ({
      smtp: { ...smtpOf(to), from: 'gate@example.com' },
      notificationEndpoints: [{ type: 'email', address: 'a@example.com' }],
    }));
    expect(server.mails[0]?.from).toBe('gate@example.com');
  },
  'emergency.smtp.secure': TLS,
  'emergency.smtp.user': TLS,
  'emergency.smtp.pass': TLS,
  'emergency.smtp.ca': TLS,
};
