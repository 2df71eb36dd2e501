import { toChecksumAddress } from '../../../../core/address/evm.ts';

/** A sign-in message, read strictly. Moments in ms. */
export interface SiweMessage {
  readonly scheme: string | null;
  /** Host, and port where there is one. */
  readonly domain: string;
  /** Lowercase. */
  readonly address: string;
  readonly statement: string | null;
  readonly uri: string;
  readonly chainId: string;
  readonly nonce: string;
  readonly issuedAtMs: number;
  readonly expiresAtMs: number | null;
  readonly notBeforeMs: number | null;
  readonly requestId: string | null;
  readonly resources: readonly string[];
}

const WANTS = ' wants you to sign in with your Ethereum account:';
const FIRST = /^(?:([a-zA-Z][a-zA-Z0-9+.-]*):\/\/)?((?:[A-Za-z0-9_~%!$&'()*+,;=.-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?)$/;
const URI = /^[A-Za-z][A-Za-z0-9+.-]*:[A-Za-z0-9._~:/?#[\]@!$&'()*+,;=%-]*$/;
const MOMENT = /^(\d{4})-(\d{2})-(\d{2})[Tt](\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?([Zz]|[+-]\d{2}:\d{2})$/;
/** Bounds the work; a sign-in names a handful. */
const MAX_RESOURCES = 64;

/** Whether a text claims to be a sign-in message, however it is written and whatever the rest of it is. */
export function claimsSiwe(text: string): boolean {
  return /\bwants\s+you\s+to\s+sign\s+in\s+with\s+your\b/i.test(text);
}

/** A moment as RFC 3339 writes it; null for any other text, and for days that no calendar has. */
function readMoment(text: string): number | null {
  const found = MOMENT.exec(text);
  if (found === null) return null;
  const [, year, month, day, hour, minute, second] = found.map(Number) as [number, number, number, number, number, number, number];
  const midnight = new Date(Date.UTC(year, month - 1, day));
  const isReal = midnight.getUTCMonth() === month - 1 && midnight.getUTCDate() === day && hour < 24 && minute < 60 && second < 60;
  const ms = isReal ? Date.parse(text.toUpperCase().replace(/\.(\d{3})\d+/, '.$1')) : Number.NaN;
  return Number.isNaN(ms) ? null : ms;
}

class Lines {
  readonly #lines: readonly string[];
  #at = 0;

  constructor(text: string) {
    this.#lines = text.split('\n');
  }

  next(): string | undefined {
    this.#at += 1;
    return this.#lines[this.#at - 1];
  }

  /** What stands behind the label; undefined where another line comes, which is then still to be read. */
  labelled(label: string): string | undefined {
    const line = this.#lines[this.#at];
    if (line === undefined || !line.startsWith(label)) return undefined;
    this.#at += 1;
    return line.slice(label.length);
  }

  get ended(): boolean {
    return this.#at === this.#lines.length;
  }
}

function readResources(lines: Lines): readonly string[] | undefined {
  if (lines.labelled('Resources:') !== '') return [];
  const found: string[] = [];
  for (let line = lines.labelled('- '); line !== undefined; line = lines.labelled('- ')) {
    if (!URI.test(line) || found.length >= MAX_RESOURCES) return undefined;
    found.push(line);
  }
  return found;
}

/** A blank line, then a statement and another blank line; without a statement two blank lines. Undefined for anything else. */
function readStatement(lines: Lines): { readonly statement: string | null } | undefined {
  if (lines.next() !== '') return undefined;
  const statement = lines.next();
  if (statement === undefined) return undefined;
  if (statement === '') return { statement: null };
  return lines.next() === '' ? { statement } : undefined;
}

/**
 * Reads a sign-in message (EIP-4361, version 1): every field in its place and form, nothing behind the last. Undefined for
 * anything else. The address must be in its checksum form.
 * @see https://eips.ethereum.org/EIPS/eip-4361
 */
export function parseSiwe(text: string): SiweMessage | undefined {
  const lines = new Lines(text);
  const first = lines.next() ?? '';
  const origin = first.endsWith(WANTS) ? FIRST.exec(first.slice(0, -WANTS.length)) : null;
  const address = lines.next() ?? '';
  if (origin === null || !/^0x[0-9a-fA-F]{40}$/.test(address) || toChecksumAddress(address.toLowerCase()) !== address) return undefined;
  const said = readStatement(lines);
  const uri = lines.labelled('URI: ');
  const version = lines.labelled('Version: ');
  const chainId = lines.labelled('Chain ID: ');
  const nonce = lines.labelled('Nonce: ');
  const issued = lines.labelled('Issued At: ');
  const expires = lines.labelled('Expiration Time: ');
  const notBefore = lines.labelled('Not Before: ');
  const requestId = lines.labelled('Request ID: ') ?? null;
  const resources = readResources(lines);
  if (said === undefined || uri === undefined || !URI.test(uri) || version !== '1' || resources === undefined || !lines.ended)
    return undefined;
  if (chainId === undefined || !/^(?:0|[1-9][0-9]{0,15})$/.test(chainId) || !/^[A-Za-z0-9]{8,128}$/.test(nonce ?? '')) return undefined;
  if (requestId !== null && !/^[A-Za-z0-9._~!$&'()*+,;=:@%-]*$/.test(requestId)) return undefined;
  const moments = [issued, expires, notBefore].map((moment) => (moment === undefined ? null : (readMoment(moment) ?? undefined)));
  const [issuedAtMs, expiresAtMs, notBeforeMs] = moments;
  if (issuedAtMs === undefined || issuedAtMs === null || expiresAtMs === undefined || notBeforeMs === undefined) return undefined;
  return {
    scheme: origin[1] ?? null,
    domain: origin[2] as string,
    address: address.toLowerCase(),
    ...said,
    ...{ uri, chainId, nonce: nonce as string, issuedAtMs, expiresAtMs, notBeforeMs, requestId, resources },
  };
}

/** Whether the page that the text names is the one that the signature is sent to. */
export function isSameOrigin({ scheme, domain, uri }: SiweMessage): boolean {
  if (!URL.canParse(uri)) return false;
  const target = new URL(uri);
  const named = `${scheme ?? target.protocol.slice(0, -1)}://${domain}`;
  if (!URL.canParse(named) || target.username !== '' || target.password !== '' || domain.includes('@')) return false;
  const page = new URL(named);
  return page.host !== '' && page.host === target.host && page.protocol === target.protocol;
}
