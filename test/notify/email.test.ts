import { createServer, type Server } from 'node:net';
import { inspect } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../src/adapters/host/index.ts';
import { isMailAddress } from '../../src/adapters/notify/email.ts';
import { createEmailNotifier } from '../../src/adapters/notify/index.ts';
import type { SmtpSettings } from '../../src/adapters/notify/mail-transport.ts';
import { LOCALHOST_CERTIFICATE } from './localhost-certificate.ts';
import { startMailServer } from './mail-server.ts';
import { noticeOf } from './notices.ts';

const ADDRESS = 'security@example.com';

function mailerOf(smtp: Partial<SmtpSettings> & { readonly port: number }, timeoutMs = 3_000) {
  return createEmailNotifier({
    address: ADDRESS,
    smtp: { host: '127.0.0.1', from: 'castellan@example.com', ...smtp },
    clock: systemClock(),
    timeoutMs,
  });
}

/** The headers of a mail, unfolded. */
function headersOf(raw: string): readonly string[] {
  return (raw.split('\r\n\r\n')[0] ?? '').replace(/\r\n[ \t]+/g, ' ').split('\r\n');
}

describe('a notice by email', () => {
  it('arrives as plain text, from one sender to one recipient', async () => {
    const server = await startMailServer();
    await mailerOf({ port: server.port }).notify(noticeOf());
    const [mail] = server.mails;
    expect(mail).toMatchObject({ from: 'castellan@example.com', to: [ADDRESS] });
    const headers = headersOf(mail?.raw ?? '');
    expect(headers).toContain('Subject: castellan critical: The emergency state changed: kill');
    expect(headers).toContain('Message-ID: <n1@castellan.invalid>');
    expect(headers).toContain('Auto-Submitted: auto-generated');
    expect(headers).toContain(`To: ${ADDRESS}`);
    expect(headers.some((header) => header.startsWith('Content-Type: text/plain'))).toBe(true);
    expect(mail?.raw).toContain('reason: key seen in a log');
  });

  it('goes over STARTTLS, or TLS from the first byte, with a certificate that is valid, and logs in there', async () => {
    const server = await startMailServer();
    const login = { user: 'ops', pass: 'canary-smtp-password', ca: LOCALHOST_CERTIFICATE };
    await mailerOf({ port: server.port, host: 'localhost', ...login }).notify(noticeOf());
    expect(server.mails[0]).toMatchObject({ secure: true, user: 'ops' });
    const direct = await startMailServer({ secure: true });
    await mailerOf({ port: direct.port, host: 'localhost', secure: true, ...login }).notify(noticeOf());
    expect(direct.mails[0]).toMatchObject({ secure: true, user: 'ops' });
  });

  it('is not sent in clear where TLS was to be: none offered, or a certificate of nobody', async () => {
    const plain = await startMailServer({ hideSTARTTLS: true, disabledCommands: ['STARTTLS'] });
    await expect(mailerOf({ port: plain.port, ca: LOCALHOST_CERTIFICATE }).notify(noticeOf())).rejects.toMatchObject({
      code: 'NOTIFICATION_FAILED',
      details: { reason: 'smtp', code: 'ETLS' },
    });
    expect(plain.mails).toEqual([]);
    const direct = await startMailServer({ secure: true });
    await expect(mailerOf({ port: direct.port, host: 'localhost', secure: true }).notify(noticeOf())).rejects.toMatchObject({
      details: { reason: 'smtp' },
    });
    expect(direct.mails).toEqual([]);
  });

  it('holds no header, recipient or second mail that its texts bring along', async () => {
    const server = await startMailServer();
    const attack = 'x\r\nBcc: thief@example.com\r\n\r\nbody\r\n.\r\nMAIL FROM:<a@b.c>\r\n';
    await mailerOf({ port: server.port }).notify(
      noticeOf({ id: `i${attack}`, title: `t${attack}`, text: `${attack}.\n.\nRSET\n`, severity: `s${attack}` as 'info' }),
    );
    await mailerOf({ port: server.port }).notify(noticeOf({ title: 'a\nb\u2028c\u0000d\u202ee =?utf-8?Q?Bcc=3A?=' }));
    expect(server.mails.map(({ to, from }) => [from, to])).toEqual(new Array(2).fill(['castellan@example.com', [ADDRESS]]));
    const names = server.mails.map(({ raw }) => headersOf(raw).map((header) => header.split(':')[0]));
    expect(names[0]).toEqual(names[1]);
    for (const { raw } of server.mails) {
      expect(headersOf(raw).filter((header) => /^bcc|^cc/i.test(header))).toEqual([]);
      expect(headersOf(raw).filter((header) => header.startsWith('Subject:'))).toHaveLength(1);
    }
    expect(headersOf(server.mails[1]?.raw ?? '')).toContain('Subject: a\\u{a}b\\u{2028}c\\u{0}d\\u{202e}e =?utf-8?Q?Bcc=3A?=');
    expect(server.mails[0]?.raw).toContain('\r\n.\r\n.\r\nRSET\r\n');
  });

  it.each([
    'a@b.c\r\nRCPT TO:<thief@example.com>',
    'a@example.com, thief@example.com',
    'a@example.com thief@example.com',
    '<a@example.com>',
    'A <a@example.com>',
    '"a b"@example.com',
    'a@@example.com',
    'a@',
    '@example.com',
    'a',
    '',
    'a@exa_mple.com',
    'a@example..com',
    'ä@example.com',
    'a@example.com\0',
    'a;b@example.com',
    'a@[127.0.0.1]',
    'a(b)@example.com',
    `${'a'.repeat(65)}@example.com`,
    'group:a@example.com;',
  ])('is not sent to %j', (address) => {
    expect(isMailAddress(address)).toBe(false);
    const smtp = { host: '127.0.0.1', port: 25, from: 'castellan@example.com' };
    expect(() => createEmailNotifier({ address, smtp, clock: systemClock() })).toThrow(/CONFIG_INVALID/);
    expect(() => createEmailNotifier({ address: ADDRESS, smtp: { ...smtp, from: address }, clock: systemClock() })).toThrow(
      /CONFIG_INVALID/,
    );
  });

  it('is sent to ordinary addresses, and through servers with names', () => {
    for (const address of ['a@example.com', 'security+castellan@mail.example.co.uk', "o'neil@example.com", 'root@localhost'])
      expect(isMailAddress(address)).toBe(true);
    expect(() => mailerOf({ host: 'bad host', port: 25 })).toThrow(/CONFIG_INVALID/);
    expect(() => mailerOf({ host: 'a\r\nb', port: 25 })).toThrow(/CONFIG_INVALID/);
    expect(() => mailerOf({ port: 0 })).toThrow(/CONFIG_INVALID/);
  });
});

describe('a mail server', () => {
  const listening = async (server: Server): Promise<number> => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    return (server.address() as { port: number }).port;
  };

  it('that refuses is not believed to have taken it, and its words are not repeated', async () => {
    const server = await startMailServer();
    server.refuse = Object.assign(new Error('no room for canary-words'), { responseCode: 452 });
    const error: unknown = await mailerOf({ port: server.port })
      .notify(noticeOf())
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'NOTIFICATION_FAILED', details: { reason: 'smtp', responseCode: 452 }, retryable: true });
    expect(`${inspect(error)} ${JSON.stringify(error)}`).not.toContain('canary');
  });

  it('that refuses the password learns it, and nobody else does', async () => {
    const server = await startMailServer();
    const mailer = mailerOf({
      port: server.port,
      host: 'localhost',
      user: 'ops',
      pass: 'canary-wrong-password',
      ca: LOCALHOST_CERTIFICATE,
    });
    const error: unknown = await mailer.notify(noticeOf()).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ details: { code: 'EAUTH', responseCode: 535 } });
    for (const value of [error, mailer]) {
      const seen = `${inspect(value, { depth: 9, showHidden: true })} ${JSON.stringify(value)} ${(value as Error).stack ?? ''}`;
      expect(seen).not.toContain('canary');
    }
  });

  it('that is silent, gone, or talks without end is given up in time', async () => {
    const sockets = new Set<{ destroy(): void }>();
    onTestFinished(() => {
      for (const socket of sockets) socket.destroy();
    });
    const silent = await listening(createServer((socket) => void sockets.add(socket)));
    await expect(mailerOf({ port: silent }, 150).notify(noticeOf())).rejects.toBeDefined();
    const talking = createServer((socket) => {
      sockets.add(socket);
      const words = setInterval(() => socket.write('220-hello\r\n'), 10);
      socket.on('close', () => clearInterval(words));
      socket.on('error', () => undefined);
    });
    const startMs = performance.now();
    await expect(mailerOf({ port: await listening(talking) }, 200).notify(noticeOf())).rejects.toBeDefined();
    expect(performance.now() - startMs).toBeLessThan(2_000);
    const gone = await startMailServer();
    const { port } = gone;
    await expect(mailerOf({ port: port === 1 ? 2 : 1 }).notify(noticeOf())).rejects.toMatchObject({
      details: { reason: 'smtp', code: 'ESOCKET' },
    });
  });

  it('is left at once when the caller ends', async () => {
    const sockets = new Set<{ destroy(): void }>();
    onTestFinished(() => {
      for (const socket of sockets) socket.destroy();
    });
    const port = await listening(createServer((socket) => void sockets.add(socket)));
    const ended = new AbortController();
    const waiting = mailerOf({ port }, 60_000).notify(noticeOf(), ended.signal);
    await expect.poll(() => sockets.size).toBe(1);
    ended.abort(new Error('over'));
    await expect(waiting).rejects.toBeDefined();
  });
});
