import { CastellanError } from '../../core/errors.ts';
import { isLoopbackAddress } from './ip-address.ts';

/** The server that takes mail over. */
export interface SmtpSettings {
  readonly host: string;
  readonly port: number;
  /** True: TLS from the first byte, as on port 465. Else STARTTLS, without which nothing is sent. */
  readonly secure?: boolean | undefined;
  readonly user?: string | undefined;
  readonly pass?: string | undefined;
  /** Address of the sender. */
  readonly from: string;
  /** Certificates to trust instead of the system's, PEM. */
  readonly ca?: string | undefined;
}

/** One mail: every field is checked by then. */
export interface Mail {
  readonly from: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly messageId: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** A connection for one mail. */
export interface MailTransport {
  send(mail: Mail): Promise<void>;
  close(): void;
}

/**
 * Opens the way to a mail server. TLS with a valid certificate is required, save for plain SMTP on this machine.
 * @throws PEER_MISSING where the optional package nodemailer is not installed
 */
export async function openMailTransport(smtp: SmtpSettings, timeoutMs: number): Promise<MailTransport> {
  const { createTransport } = await import('nodemailer').catch((cause: unknown) => {
    throw new CastellanError('PEER_MISSING', {
      message: 'Notices by email need the package nodemailer.',
      details: { peer: 'nodemailer' },
      cause,
    });
  });
  const { host, port, secure = false, user, pass, ca } = smtp;
  const isHere = host === 'localhost' || isLoopbackAddress(host);
  const isPlain = isHere && !secure && ca === undefined;
  const transport = createTransport({
    host,
    port,
    secure,
    requireTLS: !isPlain,
    ignoreTLS: isPlain,
    tls: { rejectUnauthorized: true, minVersion: 'TLSv1.2', ...(ca === undefined ? {} : { ca }) },
    ...(user === undefined ? {} : { auth: { user, pass: pass ?? '' } }),
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    dnsTimeout: timeoutMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return {
    async send({ from, to, subject, text, messageId, headers }) {
      await transport.sendMail({
        envelope: { from, to: [to] },
        from: { name: 'castellan', address: from },
        to: { name: '', address: to },
        subject,
        text,
        messageId,
        headers: { ...headers },
      });
    },
    close: () => transport.close(),
  };
}
