import type { AddressInfo } from 'node:net';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { onTestFinished } from 'vitest';
import { LOCALHOST_CERTIFICATE, LOCALHOST_KEY } from './localhost-certificate.ts';

/** One mail as it was taken over. */
export interface ReceivedMail {
  readonly from: string;
  readonly to: readonly string[];
  readonly raw: string;
  readonly secure: boolean;
  readonly user: string | undefined;
}

/** A real mail server on this machine. */
export interface MailServer {
  readonly port: number;
  readonly mails: ReceivedMail[];
  /** Refuses what it is told to. */
  refuse: Error | undefined;
}

/** Starts it; it ends with the test. Accepts the user `ops` with the password `canary-smtp-password`. */
export async function startMailServer(options: SMTPServerOptions = {}): Promise<MailServer> {
  const made: { port: number; mails: ReceivedMail[]; refuse: Error | undefined } = { port: 0, mails: [], refuse: undefined };
  const server = new SMTPServer({
    key: LOCALHOST_KEY,
    cert: LOCALHOST_CERTIFICATE,
    authOptional: true,
    allowInsecureAuth: false,
    disableReverseLookup: true,
    onAuth({ username, password }, _session, callback) {
      if (username === 'ops' && password === 'canary-smtp-password') callback(null, { user: username });
      else callback(new Error(`Invalid login: ${password}`));
    },
    onData(stream, session, callback) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        if (made.refuse !== undefined) return callback(made.refuse);
        const { mailFrom, rcptTo } = session.envelope;
        made.mails.push({
          from: mailFrom === false ? '' : mailFrom.address,
          to: rcptTo.map(({ address }) => address),
          raw: Buffer.concat(chunks).toString('utf8'),
          secure: session.secure,
          user: session.user === undefined ? undefined : String(session.user),
        });
        return callback();
      });
    },
    ...options,
  });
  server.on('error', () => undefined);
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve());
  });
  onTestFinished(() => new Promise<void>((resolve) => void server.close(() => resolve())));
  made.port = (server.server.address() as AddressInfo).port;
  return made;
}
