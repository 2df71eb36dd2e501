import { CastellanError } from '../../core/errors.ts';
import { isLoopbackAddress, isPublicAddress, parseIpv4, parseIpv6 } from './ip-address.ts';

/** Looks a host name up: every address that it has, as text. */
export type Lookup = (host: string) => Promise<readonly string[]>;

/** Where a notice goes, taken apart once: nothing after this reads a URL again. */
export interface WebEndpoint {
  readonly secure: boolean;
  /** Name or address, without brackets. */
  readonly host: string;
  readonly port: number;
  /** Path and query. */
  readonly path: string;
  /** As the `Host` header has it. */
  readonly authority: string;
  /** True where only this machine's own addresses will do; else only public ones. */
  readonly loopback: boolean;
}

/** Why a URL is no endpoint. */
export type UrlRefusal = 'malformed' | 'scheme' | 'credentials' | 'spelling' | 'host';

/** Printable ASCII without space, quotes, angle brackets, backslash, `#`: what parsers of URLs agree on. */
const PLAIN_URL = /^(https?):\/\/([^/?]*)((?:[/?].*)?)$/;
const AGREED = /^[\x21\x24-\x3b\x3d\x3f-\x5b\x5d\x5f\x61-\x7a\x7e]{1,2048}$/;
const NAME = /^(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
/** Names that mean something inside a network only. */
const INSIDE = /(?:^|\.)(?:localhost|localdomain|local|internal|intranet|lan|corp|home|arpa)$/;
/** Addresses of one name that are looked at; more is no web site. */
const MAX_ADDRESSES = 32;

/**
 * Reads the URL of an endpoint: https to a public name or address, in the one spelling that every parser reads alike.
 * With `allowLoopback` also http or https to `localhost`, 127.0.0.0/8 or [::1].
 *
 * @throws CONFIG_INVALID with `details.reason`, a {@link UrlRefusal}; the URL itself may be a secret and is not repeated
 */
export function parseWebEndpoint(text: string, { allowLoopback = false }: { readonly allowLoopback?: boolean } = {}): WebEndpoint {
  const match = typeof text === 'string' && AGREED.test(text) ? PLAIN_URL.exec(text) : null;
  if (match === null) throw refusedUrl(/^https:\/\//.test(String(text)) ? 'malformed' : 'scheme');
  const [, scheme, authority = '', path = ''] = match;
  if (authority.includes('@')) throw refusedUrl('credentials');
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw refusedUrl('malformed');
  }
  // Decimal, octal, hex and short addresses, percent signs, other alphabets, capitals, spare zeros: all change when read.
  const port = url.port === '' ? (scheme === 'https' ? 443 : 80) : Number(url.port);
  if (authority !== url.hostname && authority !== `${url.hostname}:${port}`) throw refusedUrl('spelling');
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const isAddress = parseIpv4(host) !== undefined || parseIpv6(host) !== undefined;
  const loopback = allowLoopback && (host === 'localhost' || isLoopbackAddress(host));
  if (scheme !== 'https' && !loopback) throw refusedUrl('scheme');
  const isFine = loopback || (isAddress ? isPublicAddress(host) : NAME.test(host) && !INSIDE.test(host));
  if (!isFine || port === 0) throw refusedUrl('host');
  return { secure: scheme === 'https', host, port, path: path.startsWith('/') ? path : `/${path}`, authority, loopback };
}

/**
 * Looks the endpoint's name up and checks every address it has. What connects afterwards uses these and asks no more, so
 * that a name cannot have another address by then.
 *
 * Fails closed when one of the addresses is not of the kind the endpoint is for, even if others are.
 * @throws NOTIFICATION_FAILED with `details.reason` `unresolved` or `address_refused`
 */
export async function resolveWebEndpoint(endpoint: WebEndpoint, lookup: Lookup): Promise<readonly string[]> {
  const { host, loopback } = endpoint;
  const isAddress = parseIpv4(host) !== undefined || parseIpv6(host) !== undefined;
  let found: readonly string[];
  try {
    found = isAddress ? [host] : await lookup(host);
  } catch (cause) {
    throw unresolved(cause);
  }
  if (!Array.isArray(found) || found.length === 0 || found.length > MAX_ADDRESSES) throw unresolved();
  const isMeant = (address: string): boolean => (loopback ? isLoopbackAddress(address) : isPublicAddress(address));
  if (!found.every(isMeant))
    throw new CastellanError('NOTIFICATION_FAILED', {
      message: 'The endpoint’s name leads to an address that notices are not sent to.',
      details: { reason: 'address_refused' },
    });
  return found;
}

function unresolved(cause?: unknown): CastellanError {
  return new CastellanError('NOTIFICATION_FAILED', {
    message: 'The endpoint’s name has no address.',
    details: { reason: 'unresolved' },
    retryable: true,
    cause,
  });
}

function refusedUrl(reason: UrlRefusal): CastellanError {
  return new CastellanError('CONFIG_INVALID', {
    message: 'The URL is none that notices are sent to: https, a public host, its usual spelling, no credentials.',
    details: { reason },
  });
}
