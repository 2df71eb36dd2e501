import { CastellanError, canonicalize, constantTimeEqual, type Random, toHex } from '../../core/index.ts';

const DIGITS = 6;
const SPACE = 10 ** DIGITS;
/** Above it the draw would favour small codes. */
const FAIR_BELOW = 2 ** 32 - (2 ** 32 % SPACE);
const MAX_DRAWS = 64;

/** HMAC under the vault's key, as hex. */
export type Mac = (data: string) => string;

/** What a code is bound to. */
export interface CodeBinding {
  readonly tenant: string;
  readonly sessionId: string;
  readonly user: string;
  readonly step: string;
}

/** A code at rest: nobody without the vault's key can try codes against it. */
export interface StoredCode {
  /** 16 bytes, hex; another one for each code. */
  readonly salt: string;
  readonly mac: string;
}

/** Six decimal digits, each code as likely as any other. @throws INTERNAL where the randomness is none */
export function drawCode(random: Random): string {
  for (let draw = 0; draw < MAX_DRAWS; draw += 1) {
    const bytes = drawBytes(random);
    const value = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0);
    if (value < FAIR_BELOW) return String(value % SPACE).padStart(DIGITS, '0');
  }
  throw noRandomness();
}

/** The form in which a code is stored. */
export function storeCode(mac: Mac, random: Random, binding: CodeBinding, code: string): StoredCode {
  const salt = toHex(drawBytes(random));
  return { salt, mac: codeMac(mac, binding, salt, code) };
}

/** Tells whether `guess` is the stored code, in time that does not depend on how much of it is right. */
export function isCode(mac: Mac, binding: CodeBinding, stored: StoredCode, guess: string): boolean {
  return constantTimeEqual(codeMac(mac, binding, stored.salt, guess), stored.mac);
}

function codeMac(mac: Mac, { tenant, sessionId, user, step }: CodeBinding, salt: string, code: string): string {
  return mac(canonicalize(['castellan.recovery.code.v1', tenant, sessionId, user, step, salt, code]));
}

function drawBytes(random: Random): Uint8Array {
  const bytes = random.bytes(16);
  if (!(bytes instanceof Uint8Array) || bytes.length !== 16 || bytes.every((byte) => byte === bytes[0])) throw noRandomness();
  return bytes;
}

function noRandomness(): CastellanError {
  return new CastellanError('INTERNAL', { message: 'The source of randomness did not give random bytes.' });
}
