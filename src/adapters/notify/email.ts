import type { Clock } from '../../core/clock.ts';
import { createDeadlines } from '../../core/deadline.ts';
import { taggedDigest } from '../../core/digest.ts';
import { CastellanError, isCastellanError } from '../../core/errors.ts';
import type { Notice, Notifier } from '../../core/notifier.ts';
import { cutOff } from './cut-off.ts';
import { type MailTransport, openMailTransport, type SmtpSettings } from './mail-transport.ts';
import { plainId, plainLine, plainText } from './plain-text.ts';

/** What notices by email need. */
export interface EmailOptions {
  /** Who is told: one address, `name@host`. */
  readonly address: string;
  readonly smtp: SmtpSettings;
  readonly clock: Clock;
  /** Bounds one delivery, ms. Default 20,000. */
  readonly timeoutMs?: number | undefined;
}

/** One plain mailbox: no comments, quotes, lists or other alphabets, in which a second recipient or a header could hide. */
const ADDRESS =
  /^(?=.{3,254}$)[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)*[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/;

/** Tells whether a text is one plain address, `name@host`. */
export function isMailAddress(text: unknown): text is string {
  return typeof text === 'string' && ADDRESS.test(text);
}

/**
 * Makes a notifier that mails each notice as plain text. The `Message-ID` is made of the notice's id, so that a mail that
 * comes twice can be known. nodemailer is loaded at the first notice.
 *
 * Fails closed when the server offers no TLS or its certificate is not valid, unless it is plain SMTP on this machine.
 *
 * @param options - address, SMTP server and clock; `timeoutMs` in milliseconds
 * @throws CONFIG_INVALID for an address or a server that is none
 * @example
 * ```ts
 * import { createEmailNotifier, isCastellanError } from 'castellan';
 * import { createManualClock } from 'castellan/testing';
 *
 * const smtp = { host: 'mail.acme.example', port: 465, secure: true, from: 'castellan@acme.example' };
 * const parts = { address: 'security@acme.example', smtp, clock: createManualClock() };
 * console.log(typeof createEmailNotifier(parts).notify); // function
 * try {
 *   createEmailNotifier({ ...parts, address: 'nobody' });
 * } catch (error) {
 *   console.log(isCastellanError(error) && error.code); // CONFIG_INVALID
 * }
 * ```
 */
export function createEmailNotifier(options: EmailOptions): Notifier {
  const { address, clock, timeoutMs = 20_000 } = options;
  const smtp: SmtpSettings = { ...options.smtp };
  const problems = [
    ...(isMailAddress(address) ? [] : ['address']),
    ...(isMailAddress(smtp.from) ? [] : ['smtp.from']),
    ...(typeof smtp.host === 'string' && /^[A-Za-z0-9.:-]{1,253}$/.test(smtp.host) ? [] : ['smtp.host']),
    ...(Number.isInteger(smtp.port) && smtp.port > 0 && smtp.port < 65_536 ? [] : ['smtp.port']),
  ];
  if (problems.length > 0)
    throw new CastellanError('CONFIG_INVALID', {
      message: 'Notices by email need plain addresses and a mail server.',
      details: { problems },
    });
  const deadlines = createDeadlines(clock);

  const deliver = async (notice: Notice, signal: AbortSignal): Promise<void> => {
    const transport: MailTransport = await openMailTransport(smtp, timeoutMs);
    try {
      signal.throwIfAborted();
      const sent = transport.send({
        from: smtp.from,
        to: address,
        subject: plainLine(notice.title, 120),
        text: plainText(notice.text, 8_192),
        messageId: `<${plainId(notice.id)}@castellan.invalid>`,
        headers: { 'Auto-Submitted': 'auto-generated', 'X-Castellan-Severity': plainLine(notice.severity, 16) },
      });
      await cutOff(sent, signal);
    } finally {
      transport.close();
    }
  };

  return Object.freeze<Notifier>({
    id: `email:${taggedDigest('castellan.notifier.v1', address).slice(0, 16)}`,
    async notify(notice, signal) {
      try {
        await deadlines.within(timeoutMs, (late) => {
          const ended = signal === undefined ? late : AbortSignal.any([late, signal]);
          return deliver(notice, ended);
        });
      } catch (error) {
        throw isCastellanError(error) ? error : undelivered(error);
      }
    },
  });
}

/** Codes of the conversation; what the server said may repeat what it was sent. */
function undelivered(cause: unknown): CastellanError {
  const { code, responseCode } = (cause ?? {}) as { readonly code?: unknown; readonly responseCode?: unknown };
  return new CastellanError('NOTIFICATION_FAILED', {
    message: 'The mail server did not take the notice over.',
    details: {
      reason: 'smtp',
      ...(typeof code === 'string' && /^[A-Z0-9_]{1,64}$/.test(code) ? { code } : {}),
      ...(Number.isInteger(responseCode) ? { responseCode: Number(responseCode) } : {}),
    },
    retryable: true,
    cause,
  });
}
