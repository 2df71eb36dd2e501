import { CastellanError } from '../errors.ts';

/** Raw form: workchain and account hash. */
const RAW = /^(?:0|-1):[0-9a-fA-F]{64}$/;
/** Friendly form, in one of the two base64 alphabets, never a mix. */
const FRIENDLY = /^(?:[A-Za-z0-9_-]{48}|[A-Za-z0-9+/]{48})$/;
const TAG_BOUNCEABLE = 0x11;
const TAG_NON_BOUNCEABLE = 0x51;
const FLAG_TEST_ONLY = 0x80;

/** What a spelling of a TON address says. `testOnly` is false for the raw form, which has no flags. */
export interface TonAddress {
  /** `<workchain>:<64 lowercase hex>`, the one key of the account. */
  readonly raw: string;
  readonly testOnly: boolean;
}

/**
 * Reads a TON address, raw (`0:…`, `-1:…`) or friendly (48 characters, CRC-16 checked). Other workchains, tags, lengths,
 * padding and surrounding text are refused.
 *
 * ```
 * tag(1) │ workchain(1) │ account hash(32) │ CRC-16/XMODEM(2)   → 36 bytes → 48 base64 characters
 * ```
 * @throws ADDRESS_INVALID
 */
export function parseTonAddress(text: string): TonAddress {
  if (typeof text === 'string') {
    if (RAW.test(text)) return { raw: text.toLowerCase(), testOnly: false };
    if (FRIENDLY.test(text)) return parseFriendly(text);
  }
  throw invalid('A TON address is `0:<64 hex>`, `-1:<64 hex>` or 48 characters of base64.');
}

/** Spells a raw address in the friendly base64url form. */
export function toFriendlyTonAddress(raw: string, options: { readonly bounceable: boolean; readonly testOnly: boolean }): string {
  const colon = raw.indexOf(':');
  const bytes = Buffer.alloc(36);
  bytes[0] = (options.bounceable ? TAG_BOUNCEABLE : TAG_NON_BOUNCEABLE) | (options.testOnly ? FLAG_TEST_ONLY : 0);
  bytes.writeInt8(Number(raw.slice(0, colon)), 1);
  bytes.write(raw.slice(colon + 1), 2, 32, 'hex');
  bytes.writeUInt16BE(crc16(bytes.subarray(0, 34)), 34);
  return bytes.toString('base64url');
}

function parseFriendly(text: string): TonAddress {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length !== 36 || crc16(bytes.subarray(0, 34)) !== bytes.readUInt16BE(34))
    throw invalid('The address has a wrong checksum: a character was changed.');
  const tag = bytes[0] as number;
  const kind = tag & ~FLAG_TEST_ONLY;
  if (kind !== TAG_BOUNCEABLE && kind !== TAG_NON_BOUNCEABLE) throw invalid('The address has an unknown tag.');
  const workchain = bytes.readInt8(1);
  if (workchain !== 0 && workchain !== -1) throw invalid('The address lies in an unknown workchain.');
  return { raw: `${workchain}:${bytes.toString('hex', 2, 34)}`, testOnly: (tag & FLAG_TEST_ONLY) !== 0 };
}

/** What the checksum of each byte is after eight turns of the polynomial 0x1021. */
const CRC_OF_BYTE = Uint16Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 8;
  for (let bit = 0; bit < 8; bit += 1) crc = crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1;
  return crc;
});

/** CRC-16/XMODEM: polynomial 0x1021, start 0. */
function crc16(bytes: Uint8Array): number {
  let crc = 0;
  for (const byte of bytes) crc = ((crc << 8) & 0xffff) ^ (CRC_OF_BYTE[(crc >> 8) ^ byte] as number);
  return crc;
}

function invalid(message: string): CastellanError {
  return new CastellanError('ADDRESS_INVALID', { message });
}
