import { fromHex } from '../../core/index.ts';

const RAW_HEX = /^[0-9a-fA-F]{64}$/;
const RAW_BASE64 = /^[A-Za-z0-9+/]{43}=$/;

/** Tells whether a text is 32 bytes in hex or base64, and so a key and no passphrase. */
export function isRawKey(text: string): boolean {
  return RAW_HEX.test(text) || RAW_BASE64.test(text);
}

/** The 32 bytes; undefined for any other text. The caller wipes them. */
export function readRawKey(text: string): Uint8Array | undefined {
  if (RAW_HEX.test(text)) return fromHex(text);
  return RAW_BASE64.test(text) ? new Uint8Array(Buffer.from(text, 'base64')) : undefined;
}
